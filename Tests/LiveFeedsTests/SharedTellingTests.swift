import JSON
import LiveFeeds
import REST
import Testing
import Tracking
import WebServer
import WebServerTesting

/// Many feeds that are told the same.
@Suite("Shared telling")
struct SharedTellingTests {
    private static let count = 150
    private static let reportCount = 40

    @Test("every feed of a crowd is told every point once and in order, then its end")
    func crowd() async throws {
        let log = FeedLog()
        try await log.append(Make.created, Make.startRequested)
        try await WebSocketFeedTests.serve(log) { server in
            var sockets: [WebSocketClient] = []
            var streams: [RawConnection] = []
            for number in 0..<Self.count {
                // Some want other frames than the rest.
                let query = number % 3 == 0 ? "?types=metrics" : ""
                let (client, _) = try await WebSocketClient.open(server, "/api/v1/ws/training/sess_one" + query)
                sockets.append(client)
                streams.append(try await EventStreamTests.get(server, EventStreamTests.path + query))
            }
            for client in sockets { #expect(await client.next()?.type == "connection") }
            for stream in streams { _ = await stream.read(until: #""type":"connection""#) }
            for number in 1...Self.reportCount {
                try await log.report(Make.points("loss", [Double(number)]))
                if number % 10 == 0 { try await Task.sleep(for: .milliseconds(10)) }
            }
            try await log.append(Make.completed())
            let wanted = (1...Self.reportCount).map { Double($0) }
            for client in sockets {
                let frames = await client.rest()
                #expect(frames.compactMap { Self.value(in: $0.json) } == wanted)
                #expect(frames.last?.closeCode == 1000)
            }
            for stream in streams {
                let text = await stream.readToEnd()
                let frames = text.split(separator: "\n").filter { $0.hasPrefix("data: ") }
                let told = try frames.map { try JSONValue.parse(Array($0.dropFirst(6).utf8)) }
                #expect(told.compactMap { Self.value(in: $0) } == wanted)
                #expect(told.last?["type"] == "training_complete")
                #expect(text.hasSuffix("\r\n0\r\n\r\n"))
            }
        }
    }

    /// The value of the point that a frame tells.
    private static func value(in frame: JSONValue?) -> Double? {
        frame?["series"]?.arrayValue?.first?["values"]?.arrayValue?.first?.doubleValue
    }

    @Test("clients of other machines get so many feeds each, and those let go count no more")
    func slots() throws {
        let slots = FeedSlots(maximumCount: 4, maximumCountPerClient: 2)
        var held = try [slots.take(client: "192.0.2.1"), slots.take(client: "192.0.2.1")]
        #expect(throws: APIError.unavailable("", code: "too_many_feeds")) { try slots.take(client: "192.0.2.1") }
        held.append(try slots.take(client: nil))
        held.append(try slots.take(client: "192.0.2.2"))
        #expect(throws: APIError.unavailable("", code: "too_many_feeds")) { try slots.take(client: nil) }
        held.removeFirst()
        held.append(try slots.take(client: "192.0.2.1"))
        #expect(throws: APIError.unavailable("", code: "too_many_feeds")) { try slots.take(client: nil) }
    }
}

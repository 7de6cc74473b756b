import API
import EventLog
import SwiftProtobuf
import Testing
import TrackerTesting
import Tracking

@Suite("Reading the log")
struct EventStreamTests {
    /// Appends `count` log lines of the session, with a text of `byteCount` bytes each.
    private func log(_ count: Int, of session: Session.ID, byteCount: Int, _ api: TestAPI) async throws {
        let text = String(repeating: "x", count: byteCount)
        let event = try TelemetryEvent.linesLogged(.with { $0.lines = [.with { $0.text = text }] }).encoded()
        let first = api.head
        for number in 0..<count {
            _ = try await api.tracker.store.append(
                AppendRequest(
                    stream: session.telemetry, events: [event], expecting: .any,
                    commandID: CommandID("\(first) \(number)")!, commandDigest: Digest(hashing: event.payload),
                    actor: "trainer"))
        }
    }

    @Test("the whole log comes in one answer, as lines and as messages, however many batches it takes")
    func whole() async throws {
        try await TestAPI.run { api in
            let (text, _) = try await api.running()
            let session = try #require(Session.ID(text))
            try await log(2100, of: session, byteCount: 10, api)
            try await log(5, of: session, byteCount: 200_000, api)
            let records = try await api.tracker.store.events(
                after: .start, limit: ReadLimit(count: 10_000, byteCount: 64 << 20)
            ).events
            #expect(records.count == Int(api.head))

            let lines = try await api.call(.getEvents, query: "limit=1000000000")
            let expected = try records.reduce(into: [UInt8]()) { $0 += try EventInfo($1).encoded() + [10] }
            #expect(lines.bytes == expected)
            #expect(lines["X-Read-Position"] == "\(api.head)")

            let messages = try await api.call(
                .getEvents, query: "limit=1000000000", headers: ["Accept": "application/x-protobuf"])
            #expect(messages.bytes == (try records.reduce(into: []) { $0 += try EventRecord($1).delimitedBytes() }))

            let telemetry = try await api.call(
                .getSessionEvents, text, query: "stream=telemetry&limit=1000000000")
            #expect(telemetry.bytes.count { $0 == 10 } == 2105)
            let lifecycle = try await api.call(.getSessionEvents, text, query: "limit=1000000000")
            #expect(lifecycle.bytes.count { $0 == 10 } == records.count { $0.stream == session.stream })
        }
    }

    @Test("a limit is exact on either side of a batch's end", arguments: [1, 2, 999, 1000, 1001, 1999, 2000, 2001])
    func limits(limit: Int) async throws {
        try await TestAPI.run { api in
            let session = try #require(Session.ID(try await api.create()))
            try await log(2100, of: session, byteCount: 10, api)
            let answer = try await api.call(.getEvents, query: "limit=\(limit)&after=20")
            #expect(answer.bytes.count { $0 == 10 } == limit)
            #expect(answer.text.hasPrefix("{\"position\":21,"))
        }
    }

    @Test("a hundred records come when no limit is given, and a limit beyond a thousand millions is refused")
    func bounds() async throws {
        try await TestAPI.run { api in
            let session = try #require(Session.ID(try await api.create()))
            try await log(150, of: session, byteCount: 10, api)
            #expect(try await api.call(.getEvents).bytes.count { $0 == 10 } == 100)
            for limit in ["0", "1000000001", "x"] {
                try await api.refused(
                    .getEvents, [], .init(query: "limit=\(limit)"), 422, "invalid_field", field: "limit")
            }
        }
    }
}

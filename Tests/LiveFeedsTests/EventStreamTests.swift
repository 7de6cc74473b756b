import JSON
import LiveFeeds
import REST
import Testing
import Tracking
import WebServer
import WebServerTesting

/// Feeds as server-sent events, on real sockets.
@Suite("Event streams")
struct EventStreamTests {
    /// What one event of a stream says.
    struct Event: Equatable {
        var id: String?
        var name: String?
        var data: JSONValue?
    }

    /// The events in the body of a response, chunk sizes and all.
    static func events(_ text: String) throws -> [Event] {
        var events: [Event] = []
        var event = Event()
        let lines = text.replacing("\r\n", with: "\n").split(separator: "\n", omittingEmptySubsequences: false)
        for line in lines {
            if line.hasPrefix("id: ") { event.id = String(line.dropFirst(4)) }
            if line.hasPrefix("event: ") { event.name = String(line.dropFirst(7)) }
            if line.hasPrefix("data: ") { event.data = try JSONValue.parse(Array(line.dropFirst(6).utf8)) }
            if line.isEmpty && event != Event() {
                events.append(event)
                event = Event()
            }
        }
        return events
    }

    static func get(_ server: TestServer.Handle, _ path: String, headers: String = "") async throws -> RawConnection {
        let connection = try await server.connect()
        try await connection.send("GET \(path) HTTP/1.1\r\nHost: localhost\r\n\(headers)\r\n")
        return connection
    }

    static let path = "/api/v1/sse/training/sess_one"

    @Test("a stream tells the feed with ids, and ends after the last frame")
    func wholeStream() async throws {
        let log = FeedLog()
        try await log.append(Make.created, Make.startRequested)
        try await WebSocketFeedTests.serve(log) { server in
            let connection = try await Self.get(server, Self.path)
            let head = RawResponse(head: await connection.read(until: "\r\n\r\n"))
            #expect(head.status == 200)
            #expect(head["content-type"] == "text/event-stream")
            #expect(head["cache-control"] == "no-store")
            #expect(head["x-accel-buffering"] == "no")
            var text = await connection.read(until: "queued")
            try await log.append(Make.epoch(1), Make.completed())
            text += await connection.read(until: "0\r\n\r\n")
            let events = try Self.events(text)
            #expect(events.map(\.id) == ["0", "1", "2", "3", "4"])
            #expect(events.map(\.name) == [nil, nil, nil, nil, nil])
            #expect(
                events.map { $0.data?["type"]?.stringValue } == [
                    "connection", "status", "status", "epoch_complete", "training_complete",
                ])
        }
    }

    @Test("events are named when that is asked for")
    func named() async throws {
        let log = FeedLog()
        try await log.append(Make.created, Make.completed())
        try await WebSocketFeedTests.serve(log) { server in
            let connection = try await Self.get(server, Self.path + "?named=true")
            let events = try Self.events(await connection.read(until: "\r\n0\r\n\r\n"))
            #expect(events.map(\.name) == ["connection", "status", "training_complete"])
        }
    }

    @Test("a browser gets each frame for listeners by name and for those of messages, once each")
    func both() async throws {
        let log = FeedLog()
        try await log.append(Make.created, Make.completed())
        try await WebSocketFeedTests.serve(log) { server in
            let connection = try await Self.get(server, Self.path, headers: "Sec-Fetch-Mode: cors\r\n")
            let text = await connection.read(until: "\r\n0\r\n\r\n")
            let events = try Self.events(text)
            #expect(
                events.map(\.name) == ["connection", nil, "status", nil, "training_complete", nil])
            for index in stride(from: 0, to: events.count, by: 2) {
                #expect(events[index].data == events[index + 1].data)
            }
            // Whoever saw only the first of two resumes before both.
            #expect(text.split(separator: "id: ").count == 4)
            let explicit = try await Self.get(server, Self.path + "?named=false", headers: "Sec-Fetch-Mode: cors\r\n")
            #expect(try Self.events(await explicit.read(until: "\r\n0\r\n\r\n")).map(\.name) == [nil, nil, nil])
        }
    }

    @Test("a stream that is resumed goes on behind its last id, and at the end there is nothing")
    func resume() async throws {
        let log = FeedLog()
        try await log.append(Make.created, Make.startRequested, Make.epoch(1), Make.completed())
        try await WebSocketFeedTests.serve(log) { server in
            let connection = try await Self.get(server, Self.path, headers: "Last-Event-ID: 2\r\n")
            let events = try Self.events(await connection.read(until: "\r\n0\r\n\r\n"))
            #expect(events.map(\.id) == ["2", "3", "4"])
            for headers in ["Last-Event-ID: 4\r\n", "Last-Event-ID: 4.1\r\n"] {
                let response = try await Self.get(server, Self.path, headers: headers).read(until: "\r\n\r\n")
                #expect(RawResponse(head: response).status == (headers.contains("4.1") ? 200 : 204))
            }
            let query = try await Self.get(server, Self.path + "?after=4").read(until: "\r\n\r\n")
            #expect(RawResponse(head: query).status == 204)
            let strange = try await Self.get(server, Self.path, headers: "Last-Event-ID: 400\r\n")
            #expect(try Self.events(await strange.read(until: "\r\n0\r\n\r\n")).count == 5)
        }
    }

    @Test("unknown sessions and strange parameters are refused with error bodies")
    func refusals() async throws {
        let log = FeedLog()
        try await log.append(Make.created)
        try await WebSocketFeedTests.serve(log) { server in
            var response = try await Self.get(server, "/api/v1/sse/training/sess_none").readResponse()
            #expect(response.status == 404)
            #expect(response.errorCode == "not_found")
            response = try await Self.get(server, Self.path + "?after=-1").readResponse()
            #expect(response.status == 422)
            #expect(response.json?["error"]?["details"]?["field"] == "after")
        }
    }

    @Test("a silent stream sends comments")
    func comments() async throws {
        let log = FeedLog()
        try await log.append(Make.created)
        var settings = LiveFeedSettings()
        settings.commentInterval = .milliseconds(1)
        try await WebSocketFeedTests.serve(log, feedSettings: settings) { server in
            let connection = try await Self.get(server, Self.path)
            #expect(await connection.read(until: ": heartbeat\n\n").hasSuffix(": heartbeat\n\n"))
        }
    }

    @Test("a shutdown ends streams in the orderly way")
    func shutdown() async throws {
        let log = FeedLog()
        try await log.append(Make.created)
        try await WebSocketFeedTests.serve(log) { server in
            let connection = try await Self.get(server, Self.path)
            _ = await connection.read(until: "created")
            await server.shutDown()
            #expect(await connection.readToEnd().hasSuffix("\r\n0\r\n\r\n"))
        }
    }

    @Test("a client that goes makes room for the next")
    func clientGoes() async throws {
        let log = FeedLog()
        try await log.append(Make.created)
        try await WebSocketFeedTests.serve(log, slots: FeedSlots(maximumCount: 1)) { server in
            let first = try await Self.get(server, Self.path)
            _ = await first.read(until: "created")
            let second = try await Self.get(server, Self.path).readResponse()
            #expect(second.status == 503)
            try await first.close()
            var status = 0
            while status != 200 {
                let head = try await Self.get(server, Self.path).read(until: "\r\n\r\n")
                status = RawResponse(head: head).status
            }
            #expect(status == 200)
        }
    }
}

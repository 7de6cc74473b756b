import JSON
import LiveFeeds
import Logging
import NIOCore
import REST
import Testing
import Tracking
import WebServer
import WebServerTesting

/// Feeds over WebSockets, on real sockets.
@Suite("WebSocket feeds")
struct WebSocketFeedTests {
    static func serve(
        _ log: FeedLog, settings: HTTPSettings = HTTPSettings(), feedSettings: LiveFeedSettings = LiveFeedSettings(),
        slots: FeedSlots = FeedSlots(), closeTimeout: TimeAmount = .seconds(1),
        _ body: @escaping @Sendable (TestServer.Handle) async throws -> Void
    ) async throws {
        let hub = FeedHub(store: log.store, settings: feedSettings)
        let feeds = LiveFeedEndpoints(hub, settings: feedSettings, slots: slots, logger: Logger(label: "test"))
        var settings = settings
        settings.webSocket.closeTimeout = closeTimeout
        try await TestServer.run(feeds.all.map(\.route), settings: settings, body)
    }

    @Test("a feed is told from its opening to its end, and closed with 1000")
    func wholeFeed() async throws {
        let log = FeedLog()
        try await log.append(Make.created, Make.startRequested)
        try await Self.serve(log) { server in
            let (client, response) = try await WebSocketClient.open(server, "/api/v1/ws/training/sess_one")
            #expect(response.status == 101)
            #expect(response["sec-websocket-accept"] == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")
            #expect(await client.next()?.type == "connection")
            #expect(await client.next()?.type == "status")
            #expect(await client.next()?.type == "status")
            try await log.append(Make.epoch(1), Make.completed())
            let frames = await client.rest()
            #expect(frames.map(\.type) == ["epoch_complete", "training_complete", nil])
            #expect(frames.last?.closeCode == 1000)
            try await client.send(8, [0x03, 0xE8])
            #expect(await client.connection.readToEnd().isEmpty)
        }
    }

    @Test("a feed opened after the end replays and closes alike")
    func afterTheEnd() async throws {
        let log = FeedLog()
        try await log.append(Make.created, Make.startRequested, Make.failed("broken"))
        try await Self.serve(log) { server in
            let (client, _) = try await WebSocketClient.open(server, "/api/v1/ws/training/sess_one")
            let frames = await client.rest()
            #expect(frames.map(\.type) == ["connection", "status", "status", "error", nil])
            #expect(frames[3].json?["message"] == "broken")
            #expect(frames.last?.closeCode == 1000)
        }
    }

    @Test(
        "offers that cannot be met are refused with an error body",
        arguments: [
            ("/api/v1/ws/training/sess_none", "localhost", "", 404, "not_found"),
            ("/api/v1/ws/training/nonsense", "localhost", "", 404, "not_found"),
            ("/api/v1/ws/nowhere", "localhost", "", 404, "not_found"), ("/", "localhost", "", 404, "not_found"),
            ("/api/v1/ws/training/sess_one?after=x", "localhost", "", 422, "invalid_field"),
            ("/api/v1/ws/training/sess_one?after=99", "localhost", "", 422, "invalid_field"),
            ("/api/v1/ws/training/sess_one?types=x", "localhost", "", 422, "invalid_field"),
            ("/api/v1/ws/training/sess_one", "evil.example", "", 403, "foreign_host"),
            ("/api/v1/ws/training/sess_one", "localhost", "Origin: http://evil.example\r\n", 403, "foreign_origin"),
        ])
    func refusals(path: String, host: String, headers: String, status: Int, code: String) async throws {
        let log = FeedLog()
        try await log.append(Make.created)
        try await Self.serve(log) { server in
            let connection = try await server.connect()
            try await connection.send(
                "GET \(path) HTTP/1.1\r\nHost: \(host)\r\n\(headers)\(WebSocketClient.handshake)\r\n")
            let response = try await connection.readResponse()
            #expect(response.status == status)
            #expect(response.errorCode == code)
            #expect(response["content-type"] == "application/json")
            #expect(await connection.readToEnd().isEmpty)
        }
    }

    @Test("a plain GET of a feed's address is told to upgrade")
    func plainGet() async throws {
        let log = FeedLog()
        try await log.append(Make.created)
        try await Self.serve(log) { server in
            let connection = try await server.connect()
            try await connection.send("GET /api/v1/ws/training/sess_one HTTP/1.1\r\nHost: localhost\r\n\r\n")
            let response = try await connection.readResponse()
            #expect(response.status == 426)
            #expect(response["upgrade"] == "websocket")
            #expect(response.errorCode == "upgrade_required")
        }
    }

    @Test("pings are answered and broken frames are closed with their codes")
    func protocolCodes() async throws {
        let log = FeedLog()
        try await log.append(Make.created)
        // The end of the connection does not wait for the client.
        try await Self.serve(log, closeTimeout: .hours(1)) { server in
            var (client, _) = try await WebSocketClient.open(server, "/api/v1/ws/broadcast")
            #expect(await client.next()?.type == "connection")
            try await client.send(1, Array("ignored".utf8))
            try await client.send(9, [1, 2, 3])
            #expect(await client.next() == WebSocketClient.Frame(opcode: 10, payload: [1, 2, 3]))
            try await client.send(1, [0xFF])
            #expect(await client.next()?.closeCode == 1007)
            #expect(await client.next() == nil)
            (client, _) = try await WebSocketClient.open(server, "/api/v1/ws/broadcast")
            #expect(await client.next()?.type == "connection")
            try await client.connection.send([0x81, 0x01, 0x61])  // a frame without a mask
            #expect(await client.next()?.closeCode == 1002)
            #expect(await client.next() == nil)
            (client, _) = try await WebSocketClient.open(server, "/api/v1/ws/broadcast")
            #expect(await client.next()?.type == "connection")
            try await client.connection.send([0x82, 0xFF, 0, 0, 0, 0, 1, 0, 0, 0, 1, 2, 3, 4])  // 16 MiB announced
            #expect(await client.next()?.closeCode == 1009)
            #expect(await client.next() == nil)
            (client, _) = try await WebSocketClient.open(server, "/api/v1/ws/broadcast")
            #expect(await client.next()?.type == "connection")
            try await client.connection.send([0x09, 0x80, 1, 2, 3, 4])  // a fragmented ping
            #expect(await client.next()?.closeCode == 1002)
            #expect(await client.next() == nil)
        }
    }

    @Test("a shutdown closes feeds with 1001")
    func shutdown() async throws {
        let log = FeedLog()
        try await log.append(Make.created)
        try await Self.serve(log) { server in
            let (client, _) = try await WebSocketClient.open(server, "/api/v1/ws/training/sess_one")
            #expect(await client.next()?.type == "connection")
            #expect(await client.next()?.type == "status")
            await server.shutDown()
            #expect(await client.next()?.closeCode == 1001)
            try await client.send(8, [0x03, 0xE9])
            #expect(await client.connection.readToEnd().isEmpty)
        }
    }

    @Test("a silent feed sends heartbeats")
    func heartbeat() async throws {
        let log = FeedLog()
        try await log.append(Make.created)
        var settings = LiveFeedSettings()
        settings.heartbeatInterval = .milliseconds(1)
        try await Self.serve(log, feedSettings: settings) { server in
            let (client, _) = try await WebSocketClient.open(server, "/api/v1/ws/training/sess_one?types=heartbeat")
            #expect(await client.next()?.type == "connection")
            let frame = await client.next()
            #expect(frame?.json == ["type": "heartbeat", "position": 1])
        }
    }

    @Test("a client that reads nothing is closed with 4408 after what it was sent")
    func slowReader() async throws {
        let log = FeedLog()
        try await log.append(Make.created)
        let line = String(repeating: "x", count: 200_000)
        for _ in 0..<120 { try await log.report(Make.lines([line])) }
        var settings = HTTPSettings()
        settings.webSocket.slowReaderTimeout = .milliseconds(200)
        try await Self.serve(log, settings: settings, closeTimeout: .seconds(60)) { server in
            let connection = try await RawConnection(port: server.port, reads: false)
            try await connection.send(
                "GET /api/v1/ws/training/sess_one?after=0 HTTP/1.1\r\nHost: localhost\r\n\(WebSocketClient.handshake)\r\n"
            )
            // Much longer than the server's patience, since a busy machine takes its time to fill the socket.
            try await connection.waitUntil(idleFor: .seconds(8))
            try await connection.startReading()
            _ = await connection.read(until: "\r\n\r\n")
            let client = WebSocketClient(connection: connection)
            let frames = await client.rest()
            #expect(frames.last?.closeCode == 4408)
            #expect(frames.count < 120)
            try await client.send(8, [0x11, 0x38])
            #expect(await connection.readToEnd().isEmpty)
        }
    }

    @Test("feeds beyond the most that are served are refused with 503")
    func tooMany() async throws {
        let log = FeedLog()
        try await log.append(Make.created)
        try await Self.serve(log, slots: FeedSlots(maximumCount: 1)) { server in
            let (first, _) = try await WebSocketClient.open(server, "/api/v1/ws/broadcast")
            #expect(await first.next()?.type == "connection")
            let (_, refused) = try await WebSocketClient.open(server, "/api/v1/ws/broadcast")
            #expect(refused.status == 503)
            #expect(refused["retry-after"] == "10")
            #expect(refused.errorCode == "too_many_feeds")
        }
    }
}

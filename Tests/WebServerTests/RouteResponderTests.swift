import Dispatch
import HTTPTypes
import Hummingbird
import JSON
import NIOCore
import Testing
import WebServer
import WebServerTesting

/// Routes met over a real socket: what is answered around them.
@Suite("Routes")
struct RouteResponderTests {
    private static let routes = [
        Route(.get, "/things/{name}", queryNames: ["limit"]) { call in
            .json(["name": .string(call.parameters["name"] ?? ""), "limit": .string(call.query.text("limit") ?? "")])
        },
        Route(.put, "/things/{name}", bodyLimit: 3) { call in
            let bytes = try await call.request.body.collect(upTo: 100)
            return .json(["byte_count": .integer(Int64(bytes.readableBytes))])
        },
        Route(
            .get, "/feeds/{name}",
            handler: .webSocket(
                alternative: { "/things/" + ($0.parameters["name"] ?? "") },
                open: { call in
                    guard let name = call.parameters["name"], name != "none" else {
                        throw APIError.unknown("feed", "none")
                    }
                    return { writer in
                        do {
                            try await writer.send([ByteBuffer(string: #"{"type":"\#(name)"}"#)])
                        } catch {
                            Issue.record("not sent: \(error)")
                        }
                    }
                })),
    ]

    private func ask(_ request: String, _ check: @escaping @Sendable (RawResponse) -> Void) async throws {
        try await TestServer.run(Self.routes) { server in
            let connection = try await server.connect()
            try await connection.send(request)
            check(try await connection.readResponse())
        }
    }

    @Test("a route gets the path's parameters and the query")
    func parameters() async throws {
        try await ask("GET /things/a%20b?limit=4 HTTP/1.1\r\nHost: localhost\r\n\r\n") {
            #expect($0.json == ["name": "a b", "limit": "4"])
        }
    }

    /// One thread for tasks.
    private final class OneThread: TaskExecutor {
        private let queue = DispatchQueue(label: "reads")

        func enqueue(_ job: consuming ExecutorJob) {
            let job = UnownedJob(job)
            queue.async { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
        }
    }

    @Test("a read that holds its thread holds up neither probes nor writes")
    func reads() async throws {
        let (begun, gate) = (AsyncStream<Void>.makeStream(), DispatchSemaphore(value: 0))
        let routes =
            Self.routes + [
                Route(.get, "/slow") { _ in
                    begun.continuation.yield()
                    gate.wait()
                    return .json([:])
                },
                Route(.get, "/probe", budget: .unlimited) { _ in .json([:]) },
            ]
        var settings = HTTPSettings()
        settings.readExecutor = OneThread()
        try await TestServer.run(routes, settings: settings) { server in
            let slow = try await server.connect()
            try await slow.send("GET /slow HTTP/1.1\r\nHost: localhost\r\n\r\n")
            var iterator = begun.stream.makeAsyncIterator()
            await iterator.next()
            for request in ["GET /probe HTTP/1.1\r\n", "PUT /things/a HTTP/1.1\r\nContent-Length: 0\r\n"] {
                let connection = try await server.connect()
                try await connection.send(request + "Host: localhost\r\n\r\n")
                #expect(try await connection.readResponse().status == 200)
            }
            gate.signal()
            #expect(try await slow.readResponse().status == 200)
        }
    }

    @Test("a page of an allowed origin may read answers and errors, one of another origin may not")
    func crossOrigin() async throws {
        var settings = HTTPSettings()
        settings.allowedOrigins = ["https://plots.example.org"]
        try await TestServer.run(Self.routes, settings: settings) { server in
            func ask(_ line: String, _ origin: String, _ fields: String = "") async throws -> RawResponse {
                let connection = try await server.connect()
                try await connection.send("\(line) HTTP/1.1\r\nHost: localhost\r\nOrigin: \(origin)\r\n\(fields)\r\n")
                return try await connection.readResponse()
            }
            let own = "https://plots.example.org"
            for (line, status) in [("GET /things/a", 200), ("GET /none", 404), ("GET /things/a?limt=4", 422)] {
                let response = try await ask(line, own)
                #expect(response.status == status)
                #expect(response["access-control-allow-origin"] == own)
                #expect(response["vary"] == "Origin")
                #expect(response["access-control-expose-headers"]?.contains("X-Log-Position") == true)
            }
            let preflight = try await ask("OPTIONS /things/a", own, "Access-Control-Request-Method: PUT\r\n")
            #expect(preflight.status == 204)
            #expect(preflight["access-control-allow-methods"]?.contains("PUT") == true)
            #expect(preflight["access-control-allow-headers"]?.lowercased().contains("idempotency-key") == true)
            for origin in ["https://plots.example.org:444", "http://plots.example.org", "null"] {
                let response = try await ask("GET /things/a", origin)
                #expect(response.status == 403)
                #expect(response["access-control-allow-origin"] == nil)
            }
            let local = try await ask("GET /things/a", "http://localhost:3000")
            #expect(local.status == 200 && local["access-control-allow-origin"] == nil)
        }
    }

    @Test("a query that the route does not take is refused with its name")
    func unknownQuery() async throws {
        try await ask("GET /things/a?limt=4 HTTP/1.1\r\nHost: localhost\r\n\r\n") {
            #expect($0.status == 422)
            #expect($0.json?["error"]?["details"]?["field"] == "limt")
        }
    }

    @Test("whatever a browser takes an answer for, it runs nothing of it", arguments: ["GET", "HEAD", "PUT", "POST"])
    func contained(method: String) async throws {
        try await ask(
            "\(method) /things/a HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
        ) {
            #expect($0["content-security-policy"] == "sandbox; default-src 'none'")
            #expect($0["x-content-type-options"] == "nosniff")
        }
    }

    @Test("an error that names the private folder is told without it")
    func privateFolder() async throws {
        var settings = HTTPSettings()
        settings.privateFolder = "/home/someone/data"
        let route = Route(.get, "/full") { _ in
            throw APIError.unavailable("No room at /home/someone/data/log. Look into /home/someone/data.")
        }
        try await TestServer.run([route], settings: settings) { server in
            let connection = try await server.connect()
            try await connection.send("GET /full HTTP/1.1\r\nHost: localhost\r\n\r\n")
            let response = try await connection.readResponse()
            #expect(
                response.json?["error"]?["message"]?.stringValue == "No room at log. Look into the data directory.")
        }
    }

    @Test(
        "the name in a target of absolute form is checked like the host",
        arguments: [
            ("http://localhost:8000/things/a", 200), ("http://foreign.example/things/a", 403),
            ("http://localhost@foreign.example/things/a", 403), ("http://foreign.example?localhost", 403),
        ])
    func absoluteForm(target: String, status: Int) async throws {
        try await ask("GET \(target) HTTP/1.1\r\nHost: localhost\r\n\r\n") { #expect($0.status == status) }
    }

    @Test("another method gets 405 with those that the path takes")
    func otherMethod() async throws {
        try await ask("POST /things/a HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n") {
            #expect($0.status == 405)
            #expect($0["allow"] == "GET, HEAD, PUT")
            #expect($0.errorCode == "method_not_allowed")
            #expect($0.json?["error"]?["details"]?["allowed"] == ["GET", "HEAD", "PUT"])
        }
    }

    @Test("a route's own body limit holds", arguments: [(3, 200), (4, 413)])
    func bodyLimit(count: Int, status: Int) async throws {
        let body = String(repeating: "x", count: count)
        try await ask("PUT /things/a HTTP/1.1\r\nHost: localhost\r\nContent-Length: \(count)\r\n\r\n\(body)") {
            #expect($0.status == status)
        }
    }

    @Test("an offered WebSocket is opened with the path's parameters")
    func webSocket() async throws {
        try await TestServer.run(Self.routes) { server in
            let (client, response) = try await WebSocketClient.open(server, "/feeds/news")
            #expect(response.status == 101)
            #expect(response["sec-websocket-accept"] == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")
            #expect(await client.next()?.type == "news")
            #expect(await client.next()?.closeCode == 1000)
            try await client.send(8, [0x03, 0xE8])
            #expect(await client.connection.readToEnd().isEmpty)
        }
    }

    @Test(
        "an offer that cannot be met is answered like any other request",
        arguments: [
            ("/feeds/none", "localhost", 404, "not_found"), ("/nowhere", "localhost", 404, "not_found"),
            ("/feeds/news", "evil.example", 403, "foreign_host"),
        ])
    func refusedWebSocket(path: String, host: String, status: Int, code: String) async throws {
        try await ask("GET \(path) HTTP/1.1\r\nHost: \(host)\r\n\(WebSocketClient.handshake)\r\n") {
            #expect($0.status == status)
            #expect($0.errorCode == code)
        }
    }

    @Test("a plain GET of a WebSocket's address is told to upgrade, and where the same can be had")
    func plainGet() async throws {
        try await ask("GET /feeds/news HTTP/1.1\r\nHost: localhost\r\n\r\n") {
            #expect($0.status == 426)
            #expect($0["upgrade"] == "websocket")
            #expect($0.errorCode == "upgrade_required")
            #expect($0.json?["error"]?["message"]?.stringValue?.contains("/things/news") == true)
        }
    }
}

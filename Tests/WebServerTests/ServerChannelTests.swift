import Foundation
import HTTPTypes
import Hummingbird
import JSON
import NIOCore
import Testing
import WebServer
import WebServerTesting

/// The server on real sockets, met by clients that do not behave.
@Suite("Server channel")
struct ServerChannelTests {
    static let routes = [
        Route(.get, "/hello") { _ in .json(["hello": "world"]) },
        Route(.post, "/echo") { call in
            let buffer = try await call.request.body.collect(upTo: 1 << 20)
            return .json(["byte_count": .integer(Int64(buffer.readableBytes))])
        },
        Route(.post, "/ignore") { _ in .json([:]) },
        Route(.get, "/stream", budget: .unlimited) { _ in
            Response(
                status: .ok,
                body: ResponseBody { writer in
                    for word in ["one ", "two ", "three"] { try await writer.write(ByteBuffer(string: word)) }
                    try await writer.finish(nil)
                })
        },
        Route(.get, "/broken") { _ in throw SomethingElse() },
    ]

    struct SomethingElse: Error {}

    @Test("a connection serves one request after the other")
    func keepAlive() async throws {
        try await TestServer.run(Self.routes) { server in
            let connection = try await server.connect()
            for _ in 1...3 {
                try await connection.send("GET /hello HTTP/1.1\r\nHost: localhost\r\n\r\n")
                let response = try await connection.readResponse()
                #expect(response.status == 200)
                #expect(response.json == ["hello": "world"])
                #expect(response["x-request-id"] != nil)
                #expect(response["connection"] == nil)
            }
            try await connection.close()
        }
    }

    @Test(
        "requests that offer another protocol are answered all the same",
        arguments: [
            "Upgrade: h2c\r\nConnection: Upgrade, HTTP2-Settings\r\nHTTP2-Settings: AAMAAABkAAQAoAAAAAIAAAAA\r\n",
            "Upgrade: TLS/1.0\r\nConnection: upgrade\r\n", "Upgrade: h2c\r\n", "Upgrade: websocket\r\n",
            "Upgrade: websocket\r\nConnection: upgrade\r\nSec-WebSocket-Version: 13\r\n",
        ])
    func otherUpgrades(headers: String) async throws {
        try await TestServer.run(Self.routes) { server in
            let connection = try await server.connect()
            try await connection.send("GET /hello HTTP/1.1\r\nHost: localhost\r\n\(headers)\r\n")
            let response = try await connection.readResponse()
            #expect(response.status == 200)
            #expect(response.json == ["hello": "world"])
        }
    }

    @Test("a body behind an offer of another protocol is read")
    func upgradeWithBody() async throws {
        try await TestServer.run(Self.routes) { server in
            let connection = try await server.connect()
            try await connection.send(
                "POST /echo HTTP/1.1\r\nHost: localhost\r\nUpgrade: h2c\r\nConnection: upgrade\r\n"
                    + "Content-Length: 5\r\n\r\nhello")
            let response = try await connection.readResponse()
            #expect(response.json == ["byte_count": 5])
            #expect(response["connection"] == "close")
            #expect(await connection.readToEnd().isEmpty)
        }
    }

    @Test(
        "bytes that are not HTTP are answered with 400 and an error body",
        arguments: [
            "GARBAGE\r\n\r\n", "GET /hello HTTP/9.9\r\nHost: localhost\r\n\r\n", "GET /hello\r\n\r\n",
            "GET /hello HTTP/1.1\r\nHost: localhost\r\nContent-Length: many\r\n\r\n",
            "GET /hello HTTP/1.1\r\nHost: localhost\r\n: no name\r\n\r\n",
            "GET /hello HTTP/1.1\r\n\r\n", "GET /hello HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\n\r\n",
            "\u{16}\u{3}\u{1}\u{2}",
        ])
    func malformed(text: String) async throws {
        try await TestServer.run(Self.routes) { server in
            let connection = try await server.connect()
            try await connection.send(text)
            let response = try await connection.readResponse()
            #expect(response.status == 400)
            #expect(response.errorCode == "malformed_request")
            #expect(response["content-type"] == "application/json")
            #expect(response["connection"] == "close")
            #expect(await connection.readToEnd().isEmpty)
        }
    }

    @Test("bytes that are not HTTP behind a good request do not cost its answer")
    func malformedBehindGood() async throws {
        try await TestServer.run(Self.routes) { server in
            let connection = try await server.connect()
            try await connection.send("GET /hello HTTP/1.1\r\nHost: localhost\r\n\r\nNONSENSE\r\n\r\n")
            #expect(try await connection.readResponse().status == 200)
            #expect(try await connection.readResponse().status == 400)
            #expect(await connection.readToEnd().isEmpty)
        }
    }

    @Test("a chunked body that is not one is answered with 400")
    func badChunk() async throws {
        try await TestServer.run(Self.routes) { server in
            let connection = try await server.connect()
            try await connection.send(
                "POST /echo HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\nxyz\r\n")
            let response = try await connection.readResponse()
            #expect(response.status == 400)
            #expect(response.errorCode == "malformed_request")
            #expect(await connection.readToEnd().isEmpty)
        }
    }

    @Test("heads beyond the limits are refused with 414 and 431")
    func headLimits() async throws {
        try await TestServer.run(Self.routes) { server in
            var connection = try await server.connect()
            let long = String(repeating: "a", count: 20_000)
            try await connection.send("GET /\(long) HTTP/1.1\r\nHost: localhost\r\n\r\n")
            #expect(try await connection.readResponse().status == 414)
            connection = try await server.connect()
            try await connection.send(
                "GET /hello HTTP/1.1\r\nHost: localhost\r\nX: \(long)\(long)\(long)\(long)\r\n\r\n")
            let response = try await connection.readResponse()
            #expect(response.status == 431)
            #expect(response.errorCode == "headers_too_large")
            connection = try await server.connect()
            let many = (1...300).map { "X-\($0): y\r\n" }.joined()
            try await connection.send("GET /hello HTTP/1.1\r\nHost: localhost\r\n\(many)\r\n")
            #expect(try await connection.readResponse().status == 431)
        }
    }

    @Test("unknown routes, other methods and unforeseen errors have error bodies")
    func errorBodies() async throws {
        try await TestServer.run(Self.routes) { server in
            let connection = try await server.connect()
            try await connection.send("GET /nowhere HTTP/1.1\r\nHost: localhost\r\n\r\n")
            var response = try await connection.readResponse()
            #expect(response.status == 404)
            #expect(response.errorCode == "not_found")
            try await connection.send("DELETE /hello HTTP/1.1\r\nHost: localhost\r\n\r\n")
            response = try await connection.readResponse()
            #expect(response.status == 405)
            #expect(response["allow"] == "GET, HEAD")
            #expect(response.errorCode == "method_not_allowed")
            try await connection.send("GET /broken HTTP/1.1\r\nHost: localhost\r\n\r\n")
            response = try await connection.readResponse()
            #expect(response.status == 500)
            #expect(response.errorCode == "internal_error")
            #expect(response.json?["error"]?["details"]?["request_id"]?.stringValue == response["x-request-id"])
            try await connection.send("GET /hello HTTP/1.1\r\nHost: evil.example\r\n\r\n")
            response = try await connection.readResponse()
            #expect(response.status == 403)
            #expect(response.errorCode == "foreign_host")
            try await connection.send(
                "GET /hello HTTP/1.1\r\nHost: localhost\r\nOrigin: https://evil.example\r\n\r\n")
            response = try await connection.readResponse()
            #expect(response.status == 403)
            #expect(response.errorCode == "foreign_origin")
        }
    }

    @Test("HEAD of what has no length before it is sent tells none, and the next answer follows at once")
    func headOfStream() async throws {
        try await TestServer.run(Self.routes) { server in
            let connection = try await server.connect()
            try await connection.send(
                "HEAD /stream HTTP/1.1\r\nHost: localhost\r\n\r\n"
                    + "HEAD /hello HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            let heads = await connection.readToEnd().components(separatedBy: "\r\n\r\n")
            #expect(heads.count == 3 && heads.last == "")
            #expect(heads.dropLast().allSatisfy { $0.hasPrefix("HTTP/1.1 200") })
            #expect(heads.first?.lowercased().contains("content-length") == false)
        }
    }

    @Test("HEAD answers like GET, without the body")
    func head() async throws {
        try await TestServer.run(Self.routes) { server in
            let connection = try await server.connect()
            try await connection.send(
                "HEAD /hello HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            let text = await connection.readToEnd()
            #expect(text.hasPrefix("HTTP/1.1 200"))
            #expect(text.lowercased().contains("content-length: 17\r\n"))
            #expect(text.hasSuffix("\r\n\r\n"))
        }
    }

    @Test("a client that waits for 100 gets it when its body is wanted, and the refusal when it is not")
    func expectContinue() async throws {
        var settings = HTTPSettings()
        settings.maximumBodyByteCount = 100
        try await TestServer.run(Self.routes, settings: settings) { server in
            var connection = try await server.connect()
            let head = "HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Length: "
            try await connection.send("POST /echo \(head)5\r\n\r\n")
            #expect(await connection.read(until: "\r\n\r\n").hasPrefix("HTTP/1.1 100 "))
            try await connection.send("hello")
            #expect(try await connection.readResponse().json == ["byte_count": 5])
            try await connection.send("POST /nowhere \(head)5\r\n\r\n")
            let unknown = try await connection.readResponse()
            #expect(unknown.status == 404)
            #expect(unknown["connection"] == "close")
            #expect(await connection.readToEnd().isEmpty)
            connection = try await server.connect()
            try await connection.send("POST /echo \(head)101\r\n\r\n")
            let response = try await connection.readResponse()
            #expect(response.status == 413)
            #expect(response.errorCode == "body_too_large")
        }
    }

    @Test("a chunked body beyond the limit is refused while it comes")
    func chunkedTooLarge() async throws {
        var settings = HTTPSettings()
        settings.maximumBodyByteCount = 10
        try await TestServer.run(Self.routes, settings: settings) { server in
            let connection = try await server.connect()
            try await connection.send(
                "POST /echo HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
                    + "8\r\n12345678\r\n8\r\n12345678\r\n0\r\n\r\n")
            #expect(try await connection.readResponse().status == 413)
            try await connection.send("GET /hello HTTP/1.1\r\nHost: localhost\r\n\r\n")
            #expect(try await connection.readResponse().status == 200)
        }
    }

    @Test("a body that nobody reads is read over, and the connection goes on")
    func unreadBody() async throws {
        try await TestServer.run(Self.routes) { server in
            let connection = try await server.connect()
            let body = String(repeating: "x", count: 1_000_000)
            try await connection.send(
                "POST /ignore HTTP/1.1\r\nHost: localhost\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"
                    + "GET /hello HTTP/1.1\r\nHost: localhost\r\n\r\n")
            #expect(try await connection.readResponse().json == [:])
            #expect(try await connection.readResponse().json == ["hello": "world"])
        }
    }

    @Test("a connection that says nothing is closed, one that stops inside a head gets 408")
    func silence() async throws {
        var settings = HTTPSettings()
        // Long enough for a busy machine to send half a head.
        settings.connection.headTimeout = .seconds(1)
        try await TestServer.run(Self.routes, settings: settings) { server in
            let silent = try await server.connect()
            #expect(await silent.readToEnd().isEmpty)
            let halting = try await server.connect()
            try await halting.send("GET /hello HT")
            let response = try await halting.readResponse()
            #expect(response.status == 408)
            #expect(response.errorCode == "request_timeout")
            #expect(await halting.readToEnd().isEmpty)
        }
    }

    @Test("a body that stops coming gets 408")
    func slowBody() async throws {
        var settings = HTTPSettings()
        settings.connection.bodyTimeout = .milliseconds(50)
        try await TestServer.run(Self.routes, settings: settings) { server in
            let connection = try await server.connect()
            try await connection.send("POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\nhe")
            let response = try await connection.readResponse()
            #expect(response.status == 408)
            #expect(response.errorCode == "request_timeout")
            #expect(await connection.readToEnd().isEmpty)
        }
    }

    @Test("an idle connection is closed after its time")
    func idle() async throws {
        var settings = HTTPSettings()
        settings.connection.idleTimeout = .milliseconds(50)
        try await TestServer.run(Self.routes, settings: settings) { server in
            let connection = try await server.connect()
            try await connection.send("GET /hello HTTP/1.1\r\nHost: localhost\r\n\r\n")
            #expect(try await connection.readResponse().status == 200)
            #expect(await connection.readToEnd().isEmpty)
        }
    }

    @Test("a shutdown closes idle and silent connections at once")
    func shutdown() async throws {
        try await TestServer.run(Self.routes) { server in
            let silent = try await server.connect()
            let idle = try await server.connect()
            try await idle.send("GET /hello HTTP/1.1\r\nHost: localhost\r\n\r\n")
            #expect(try await idle.readResponse().status == 200)
            await server.shutDown()
            #expect(await silent.readToEnd().isEmpty)
            #expect(await idle.readToEnd().isEmpty)
        }
    }

    @Test("HTTP/1.0 clients are answered in their version and closed")
    func http10() async throws {
        try await TestServer.run(Self.routes) { server in
            let connection = try await server.connect()
            try await connection.send("GET /stream HTTP/1.0\r\n\r\n")
            let text = await connection.readToEnd()
            #expect(text.hasPrefix("HTTP/1.0 200"))
            #expect(text.hasSuffix("\r\n\r\none two three"))
        }
    }

    @Test("a client beyond its budget gets 429 with whole seconds, and its other requests pass")
    func rateLimit() async throws {
        var settings = HTTPSettings()
        settings.rateLimit.readsPerMinute = 2
        settings.rateLimit.includesLoopback = true
        settings.now = { .seconds(100) }
        try await TestServer.run(Self.routes, settings: settings) { server in
            let connection = try await server.connect()
            let request = "GET /hello HTTP/1.1\r\nHost: localhost\r\n\r\n"
            try await connection.send(request)
            let first = try await connection.readResponse()
            #expect(first["x-ratelimit-limit"] == "2")
            #expect(first["x-ratelimit-remaining"] == "1")
            try await connection.send(request)
            #expect(try await connection.readResponse().status == 200)
            try await connection.send(request)
            let refused = try await connection.readResponse()
            #expect(refused.status == 429)
            #expect(refused["retry-after"] == "30")
            #expect(refused["x-ratelimit-remaining"] == "0")
            #expect(refused.errorCode == "rate_limited")
            try await connection.send(
                "POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\nhi")
            #expect(try await connection.readResponse().status == 200)
            try await connection.send("HEAD /stream HTTP/1.1\r\nHost: localhost\r\n\r\n")
            #expect(try await connection.readResponse().status == 200)
        }
    }
}

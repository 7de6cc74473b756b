import Foundation
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import NIOEmbedded
import Synchronization
import Testing
import WebServer

/// What a client gets that asks often: through the responder, with a clock that the test moves.
@Suite("Rate limiter")
struct RateLimiterTests {
    private final class Clock: Sendable {
        private let time = Mutex(Duration.seconds(100))
        var now: Duration { time.withLock { $0 } }
        func advance(by duration: Duration) { time.withLock { $0 += duration } }
    }

    private struct Server {
        let clock = Clock()
        private let responder: RouteResponder

        init(_ change: (inout RateLimiter.Settings) -> Void = { _ in }) {
            var settings = HTTPSettings()
            settings.rateLimit.readsPerMinute = 2
            settings.rateLimit.writesPerMinute = 1
            settings.rateLimit.exemptSchemes = ["lease"]
            change(&settings.rateLimit)
            settings.now = { [clock] in clock.now }
            let routes = [
                Route(.get, "/read") { _ in Response(status: .ok) },
                Route(.post, "/write") { _ in Response(status: .ok) },
                Route(.post, "/search", budget: .reads) { _ in Response(status: .ok) },
                Route(.post, "/report", budget: .unlimited) { _ in Response(status: .ok) },
            ]
            responder = RouteResponder(routes: RouteTable(routes), settings: settings)
        }

        func ask(
            _ method: HTTPRequest.Method, _ path: String, from address: String = "192.0.2.1",
            authorization: String? = nil
        ) async throws -> Response {
            var fields = HTTPFields()
            fields[.authorization] = authorization
            let channel = NIOAsyncTestingChannel()
            channel.remoteAddress = try SocketAddress(ipAddress: address, port: 1)
            var logger = Logger(label: "test")
            logger[metadataKey: "hb.request.id"] = "1"
            return try await responder.respond(
                to: Request(
                    head: HTTPRequest(
                        method: method, scheme: "http", authority: "localhost", path: path, headerFields: fields),
                    body: RequestBody(buffer: ByteBuffer())),
                context: RequestScope(source: .init(channel: channel, logger: logger)))
        }

        /// Whether a request is let in.
        func admits(
            _ method: HTTPRequest.Method, _ path: String, from address: String = "192.0.2.1",
            authorization: String? = nil
        ) async throws -> Bool {
            try await ask(method, path, from: address, authorization: authorization).status != .tooManyRequests
        }
    }

    @Test("reads and writes have budgets of their own, HEAD being a read")
    func budgets() async throws {
        let server = Server()
        #expect(try await server.admits(.get, "/read"))
        #expect(try await server.admits(.head, "/read"))
        #expect(try await !server.admits(.get, "/read"))
        #expect(try await server.admits(.post, "/write"))
        #expect(try await !server.admits(.post, "/write"))
    }

    @Test("a route's own budget counts, not its method's")
    func routeBudget() async throws {
        let server = Server()
        for _ in 1...2 { #expect(try await server.admits(.post, "/search")) }
        #expect(try await !server.admits(.get, "/read"))
        #expect(try await server.admits(.post, "/write"))
        for _ in 1...5 { #expect(try await server.admits(.post, "/report")) }
    }

    @Test("paths that there are not are counted by their method")
    func unknownPaths() async throws {
        let server = Server()
        for _ in 1...2 { #expect(try await server.ask(.get, "/nowhere").status == .notFound) }
        #expect(try await !server.admits(.get, "/nowhere"))
        #expect(try await server.ask(.delete, "/read").status == .methodNotAllowed)
        #expect(try await !server.admits(.delete, "/read"))
    }

    @Test("each answer says what is left, and a refusal when to come again, in whole seconds")
    func fields() async throws {
        let server = Server()
        let first = try await server.ask(.get, "/read")
        #expect(first.headers[HTTPField.Name("X-RateLimit-Limit")!] == "2")
        #expect(first.headers[HTTPField.Name("X-RateLimit-Remaining")!] == "1")
        let reset = try #require(first.headers[HTTPField.Name("X-RateLimit-Reset")!].flatMap { Double($0) })
        #expect((29...32).contains(reset - Date().timeIntervalSince1970))
        #expect(first.headers[HTTPField.Name("Retry-After")!] == nil)
        _ = try await server.ask(.get, "/read")
        server.clock.advance(by: .milliseconds(500))
        let refused = try await server.ask(.get, "/read")
        #expect(refused.status == .tooManyRequests)
        #expect(refused.headers[HTTPField.Name("Retry-After")!] == "30")
        server.clock.advance(by: .milliseconds(29_499))
        #expect(try await server.ask(.get, "/read").headers[HTTPField.Name("Retry-After")!] == "1")
        server.clock.advance(by: .milliseconds(2))
        #expect(try await server.admits(.get, "/read"))
    }

    @Test(
        "exempt schemes are never counted, however they are written, and others are", arguments: ["Lease a", "LEASE b"])
    func exempt(authorization: String) async throws {
        let server = Server()
        for _ in 1...5 {
            let answer = try await server.ask(.post, "/write", authorization: authorization)
            #expect(answer.status == .ok)
            #expect(answer.headers[HTTPField.Name("X-RateLimit-Limit")!] == nil)
        }
        #expect(try await server.admits(.post, "/write", authorization: "Bearer a"))
        #expect(try await !server.admits(.post, "/write", authorization: "Bearer b"))
    }

    @Test("clients are told apart by their address, and those of this machine are not counted unless it is said")
    func clients() async throws {
        let server = Server()
        #expect(try await server.admits(.post, "/write"))
        #expect(try await server.admits(.post, "/write", from: "192.0.2.2"))
        #expect(try await !server.admits(.post, "/write"))
        for address in ["127.0.0.1", "127.1.2.3", "::1"] {
            for _ in 1...3 { #expect(try await server.admits(.post, "/write", from: address)) }
        }
        let strict = Server { $0.includesLoopback = true }
        #expect(try await strict.admits(.post, "/write", from: "127.0.0.1"))
        #expect(try await !strict.admits(.post, "/write", from: "127.0.0.1"))
    }
}

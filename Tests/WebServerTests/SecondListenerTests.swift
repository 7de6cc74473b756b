import Hummingbird
import JSON
import NIOCore
import NIOPosix
import Testing
import WebServer
import WebServerTesting

@Suite("The second loopback address")
struct SecondListenerTests {
    private static let routes = [Route(.get, "/hello") { _ in .json(["hello": "world"]) }]

    /// Whether this machine has ::1.
    private static func hasSixthVersion() async throws -> Bool {
        do {
            try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton).bind(host: "::1", port: 0).get()
                .close()
            return true
        } catch is IOError {
            return false
        }
    }

    @Test("a server of 127.0.0.1 answers at ::1 on the same port too", .enabled { try await hasSixthVersion() })
    func both() async throws {
        try await TestServer.run(Self.routes) { server in
            // The second address is taken once the first one has its port.
            var found: RawConnection?
            while found == nil {
                do {
                    found = try await RawConnection(host: "::1", port: server.port)
                } catch is NIOConnectionError {
                    await Task.yield()
                }
            }
            for connection in [try #require(found), try await server.connect()] {
                try await connection.send("GET /hello HTTP/1.1\r\nHost: localhost\r\n\r\n")
                #expect(try await connection.readResponse().json == ["hello": "world"])
            }
        }
    }

    @Test("another host has no second address", .enabled { try await hasSixthVersion() })
    func one() async throws {
        var settings = HTTPSettings()
        settings.host = "::1"
        let own = [Route(.get, "/here-alone") { _ in .json(["here": "alone"]) }] + Self.routes
        try await TestServer.run(own, settings: settings) { server in
            // The port may be another server's at 127.0.0.1; that one does not know the path.
            if let other = try? await server.connect() {
                try await other.send("GET /here-alone HTTP/1.1\r\nHost: localhost\r\n\r\n")
                #expect((try? await other.readResponse().status) != 200)
            }
            let connection = try await RawConnection(host: "::1", port: server.port)
            try await connection.send("GET /hello HTTP/1.1\r\nHost: [::1]\r\n\r\n")
            #expect(try await connection.readResponse().status == 200)
        }
    }
}

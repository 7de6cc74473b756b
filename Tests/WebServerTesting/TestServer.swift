import Hummingbird
import Logging
import NIOCore
import ServiceLifecycle
package import WebServer

/// Runs a web server on a free port for the length of a test.
package enum TestServer {
    /// What a test has of the server.
    package struct Handle: Sendable {
        package let port: Int
        private let group: ServiceGroup

        init(port: Int, group: ServiceGroup) {
            self.port = port
            self.group = group
        }

        /// Opens a connection that speaks bytes.
        package func connect() async throws -> RawConnection { try await RawConnection(port: port) }

        /// Asks the server to stop in the orderly way.
        package func shutDown() async { await group.triggerGracefulShutdown() }
    }

    /// Calls `body` with a running server of `routes` and returns when the server has stopped.
    package static func run(
        _ routes: [Route], settings: HTTPSettings = HTTPSettings(),
        _ body: @escaping @Sendable (Handle) async throws -> Void
    ) async throws {
        let (ports, continuation) = AsyncStream<Int>.makeStream()
        var settings = settings
        settings.port = 0
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        let application = WebApplication.make(routes: routes, settings: settings, logger: logger) {
            continuation.yield($0.localAddress?.port ?? 0)
        }
        let group = ServiceGroup(configuration: .init(services: [application], logger: logger))
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            var iterator = ports.makeAsyncIterator()
            let port = await iterator.next() ?? 0
            do {
                try await body(Handle(port: port, group: group))
            } catch {
                await group.triggerGracefulShutdown()
                tasks.cancelAll()
                throw error
            }
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
        }
    }
}

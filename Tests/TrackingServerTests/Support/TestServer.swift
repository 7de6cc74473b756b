import Hummingbird
import Logging
import NIOCore
import ServiceLifecycle
import TrackingServer

/// Runs the HTTP face on a free port for the length of a test.
enum TestServer {
    /// What a test has of the server.
    struct Handle: Sendable {
        let port: Int
        private let group: ServiceGroup

        init(port: Int, group: ServiceGroup) {
            self.port = port
            self.group = group
        }

        /// Opens a connection that speaks bytes.
        func connect() async throws -> RawConnection { try await RawConnection(port: port) }

        /// Asks the server to stop in the orderly way.
        func shutDown() async { await group.triggerGracefulShutdown() }
    }

    /// Calls `body` with a running server of `router`'s routes and returns when the server has stopped.
    static func run(
        router: Router<APIRequestContext> = APIServer.router(), feeds: LiveFeedRoutes? = nil,
        settings: HTTPSettings = HTTPSettings(), _ body: @escaping @Sendable (Handle) async throws -> Void
    ) async throws {
        let (ports, continuation) = AsyncStream<Int>.makeStream()
        var settings = settings
        settings.port = 0
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        let application = APIServer.application(router: router, feeds: feeds, settings: settings, logger: logger) {
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

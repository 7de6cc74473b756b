import Hummingbird
import Logging
import ServiceLifecycle

/// Listens at a second address of this machine on the port that the first listener took, and answers alike there.
///
/// The first listener alone makes a server: without the second address, or when the port is another's there, the server
/// runs on and says in its log who reaches it.
struct SecondListener: Service {
    private let host: String
    private let ports: AsyncStream<Int>
    private let logger: Logger
    private let application: @Sendable (ApplicationConfiguration) -> Application<RouteResponder>

    /// - Parameters:
    ///   - ports: Gives the port, once it is known.
    ///   - application: Makes the server that listens at the address in a configuration.
    init(
        host: String, ports: AsyncStream<Int>, logger: Logger,
        application: @escaping @Sendable (ApplicationConfiguration) -> Application<RouteResponder>
    ) {
        self.host = host
        self.ports = ports
        self.logger = logger
        self.application = application
    }

    func run() async throws {
        for await port in ports.cancelOnGracefulShutdown() {
            do {
                return try await application(
                    ApplicationConfiguration(address: .hostname(host, port: port), serverName: "pivot")
                ).run()
            } catch {
                logger.notice(
                    "The server does not listen at \(host), which some programs mean by localhost. Use 127.0.0.1.",
                    metadata: ["port": "\(port)", "error": "\(error)"])
            }
            // A service that returned would end the others.
            try await gracefulShutdown()
        }
    }
}

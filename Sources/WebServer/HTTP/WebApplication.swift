package import Hummingbird
import HummingbirdCore
package import Logging
package import NIOCore
package import ServiceLifecycle

/// Puts a server of some routes together.
package enum WebApplication {
    /// The server of `routes`, HTTP and WebSockets on one port.
    ///
    /// It runs as a service: `services` start before it, and a graceful shutdown answers what is under way and closes
    /// the WebSockets. `onRunning` is called with the listening channel, whose local address has the port that was taken.
    /// When the host is 127.0.0.1 it listens on ::1 too, if there is one: `localhost` may mean either.
    package static func make(
        routes: [Route], settings: HTTPSettings, services: [any Service] = [], logger: Logger,
        onRunning: @escaping @Sendable (any Channel) async -> Void = { _ in }
    ) -> Application<RouteResponder> {
        let responder = RouteResponder(routes: RouteTable(routes), settings: settings)
        let server = server(responder, settings, logger)
        let count = AcceptGuard.Count(limit: settings.maximumConnectionCount)
        var services = services
        let (ports, port) = AsyncStream.makeStream(of: Int.self)
        if settings.host == "127.0.0.1" {
            services.append(
                SecondListener(host: "::1", ports: ports, logger: logger) { configuration in
                    Application(
                        responder: responder, server: server, configuration: configuration,
                        onServerRunning: { await guardAccepting(of: $0, count, logger) }, logger: logger)
                })
        }
        return Application(
            responder: responder, server: server,
            configuration: ApplicationConfiguration(
                address: .hostname(settings.host, port: settings.port), serverName: "pivot"),
            services: services,
            onServerRunning: { channel in
                await guardAccepting(of: channel, count, logger)
                if let number = channel.localAddress?.port { port.yield(number) }
                await onRunning(channel)
            }, logger: logger)
    }

    private static func guardAccepting(of channel: any Channel, _ count: AcceptGuard.Count, _ logger: Logger) async {
        do {
            try await channel.eventLoop.submit {
                try channel.pipeline.syncOperations.addHandler(
                    AcceptGuard(count: count, logger: logger), position: .first)
            }.get()
        } catch {
            logger.debug("The listening channel was closed at once.", metadata: ["error": "\(error)"])
        }
    }

    private static func server(
        _ responder: RouteResponder, _ settings: HTTPSettings, _ logger: Logger
    ) -> HTTPServerBuilder {
        HTTPServerBuilder { respond in
            ServerChannel(
                responder: respond, limits: settings.connection, webSocketLimits: settings.webSocket
            ) { head, channel in
                // As with every other request, its id is in its logger.
                var logger = logger
                logger[metadataKey: "hb.request.id"] = .stringConvertible(RequestID())
                return await responder.webSocket(
                    for: head, context: RequestScope(source: .init(channel: channel, logger: logger)))
            }
        }
    }
}

package import Hummingbird
import HummingbirdCore
package import Logging
package import NIOCore
import NIOHTTP1
package import ServiceLifecycle

/// Puts the HTTP face together.
package enum APIServer {
    /// A router for the API's routes: errors take the API's form, and every GET has a HEAD.
    package static func router() -> Router<APIRequestContext> {
        let router = Router(context: APIRequestContext.self, options: .autoGenerateHeadEndpoints)
        router.add(middleware: RouterEntrance())
        return router
    }

    /// The server of `router`'s routes and of the feeds' WebSockets, on one port.
    ///
    /// It runs as a service: `services` start before it, and a graceful shutdown answers what is under way and closes
    /// the feeds. `onRunning` is called with the listening channel, whose local address has the port that was taken.
    package static func application(
        router: Router<APIRequestContext>, feeds: LiveFeedRoutes?, settings: HTTPSettings,
        services: [any Service] = [], logger: Logger,
        onRunning: @escaping @Sendable (any Channel) async -> Void = { _ in }
    ) -> Application<APIResponder> {
        let hosts = HostPolicy(additionalNames: settings.hostNames)
        return Application(
            responder: APIResponder(router: router, settings: settings),
            server: HTTPServerBuilder { responder in
                ServerChannel(
                    responder: responder, limits: settings.connection, webSocketLimits: settings.webSocket
                ) { head in
                    do {
                        try hosts.check(host: head.headers.first(name: "host"), origins: head.headers["origin"])
                    } catch {
                        return nil  // the route behind the address answers with the refusal
                    }
                    return await feeds?.webSocket(for: head)
                }
            },
            configuration: ApplicationConfiguration(
                address: .hostname(settings.host, port: settings.port), serverName: "pivot"),
            services: services, onServerRunning: onRunning, logger: logger)
    }
}

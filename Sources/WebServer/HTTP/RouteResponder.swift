import HTTPTypes
package import Hummingbird
import JSON
import Logging
package import NIOHTTP1

/// Everything that happens to a request around its route: checks before, and the answer's form after.
///
/// Never throws: whatever a route throws becomes an answer with the API's error body.
package struct RouteResponder: HTTPResponder {
    package typealias Context = RequestScope

    private let routes: RouteTable
    private let hosts: HostPolicy
    /// Adds what browsers ask for before they let a page of another origin read an answer.
    private let crossOrigin: CORSMiddleware<RequestScope>
    private let limiter: RateLimiter
    private let settings: HTTPSettings

    /// The headers that a page of another origin may read.
    private static let exposedHeaders = [
        "Content-Disposition", "ETag", "Location", "Retry-After", "X-As-Of-Position", "X-Log-Position",
        "X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset", "X-Read-Position", "X-Request-Id",
    ].joined(separator: ", ")

    /// The policy of every answer that is no page: whatever a browser takes it for, it runs and loads nothing, and has an
    /// origin of its own.
    private static let inertPolicy = "sandbox; default-src 'none'"

    package init(routes: RouteTable, settings: HTTPSettings) {
        self.routes = routes
        self.settings = settings
        hosts = HostPolicy(additionalNames: settings.hostNames, origins: settings.allowedOrigins)
        crossOrigin = CORSMiddleware(
            allowOrigin: .originBased,
            allowHeaders: [
                .accept, .authorization, .contentType, .ifMatch, .ifNoneMatch, .range, .idempotencyKey, .lastEventID,
            ], allowMethods: [.get, .head, .post, .put, .patch, .delete],
            maxAge: .hours(1))
        limiter = RateLimiter(settings.rateLimit, now: settings.now)
    }

    package func respond(to request: Request, context: RequestScope) async throws -> Response {
        let start = ContinuousClock.now
        var context = context
        context.credentials = Credentials(request.headers)
        var response: Response
        if let origin = request.headers[.origin], hosts.mayRead(origin: origin) {
            response = try await crossOrigin.handle(request, context: context, next: answered)
            // The middleware names them in preflights only, where browsers do not look.
            response.headers[.accessControlExposeHeaders] = Self.exposedHeaders
        } else {
            response = await answered(request, context)
        }
        if request.method == .head { response = response.headOnly() }
        response.headers[.requestID] = context.id
        response.headers[.xContentTypeOptions] = "nosniff"
        if response.headers[.contentSecurityPolicy] == nil {
            response.headers[.contentSecurityPolicy] = Self.inertPolicy
        }
        log(request, response, context, since: start)
        return response
    }

    /// The handler for the WebSocket that a request offers; nil when it gets none: then the request is answered like
    /// any other, and told why.
    package func webSocket(for head: HTTPRequestHead, context: RequestScope) async -> ServerChannel.WebSocketHandler? {
        let request = Request(
            head: HTTPRequest(
                method: .get, scheme: nil, authority: head.headers.first(name: "host"), path: head.uri,
                headerFields: HTTPFields(head.headers.map { (name: $0.name, value: $0.value) })),
            body: RequestBody(buffer: .init()))
        var context = context
        context.credentials = Credentials(request.headers)
        do {
            try checkHost(of: request)
            let match = routes.match(request.uri.path)
            guard let match, let route = match.route(for: .get), case .webSocket(_, let open) = route.handler else {
                return nil
            }
            try hosts.checkSite(of: request.head, use: route.crossSiteUse)
            return try await open(try call(request, context, match, route))
        } catch {
            return nil
        }
    }

    /// The answer, or the refusal that an error makes.
    private func answered(_ request: Request, _ context: RequestScope) async -> Response {
        do {
            return try await admitted(request, context)
        } catch {
            var answer = ErrorMapping.answer(to: error, requestID: context.id, logger: context.logger)
            if let folder = settings.privateFolder, answer.message.contains(folder) {
                context.logger.warning("A request was refused.", metadata: ["error": "\(answer.message)"])
                answer.message = answer.message.replacing(folder + "/", with: "").replacing(
                    folder, with: "the data directory")
            }
            return .refusal(answer)
        }
    }

    /// The answer after every check.
    private func admitted(_ request: Request, _ context: RequestScope) async throws -> Response {
        try checkHost(of: request)
        let match = routes.match(request.uri.path)
        let route = match?.route(for: request.method)
        try hosts.checkSite(of: request.head, use: route?.crossSiteUse ?? .none)
        let fields = try limiter.admit(request.method, route?.budget, context: context)
        var request = request
        try BodyGate.install(
            on: &request, limit: route?.bodyLimit ?? settings.maximumBodyByteCount, channel: context.channel)
        var response = try await routed(request, context, match, route)
        for field in fields { response.headers[field.name] = field.value }
        return response
    }

    private func checkHost(of request: Request) throws(APIError) {
        try hosts.check(host: request.head.authority, origins: request.headers[values: .origin])
    }

    /// The route's answer; without a route 404, or 405 when the path has other methods.
    private func routed(
        _ request: Request, _ context: RequestScope, _ match: RouteTable.Match?, _ route: Route?
    ) async throws -> Response {
        guard let match else {
            throw APIError(
                .notFound, code: "not_found",
                message: "There is no route \(request.method) \(request.uri.path). See /docs for all routes.",
                details: ["path": .string(request.uri.path)])
        }
        guard let route else {
            let allowed = match.methods.map(\.rawValue)
            throw APIError(
                .methodNotAllowed, code: "method_not_allowed",
                message: "\(request.uri.path) accepts \(allowed.joined(separator: ", ")), not \(request.method).",
                details: ["allowed": .array(allowed.map { .string($0) })],
                headers: [.allow: allowed.joined(separator: ", ")])
        }
        let call = try call(request, context, match, route)
        switch route.handler {
        case .http(let respond):
            guard route.budget == .reads, let executor = settings.readExecutor else { return try await respond(call) }
            return try await withTaskExecutorPreference(executor) { try await respond(call) }
        case .webSocket(let alternative, let open):
            _ = try await open(call)
            throw APIError(
                .upgradeRequired, code: "upgrade_required",
                message: "This address speaks WebSocket, version 13. The same events are at \(alternative(call)).",
                headers: [.upgrade: "websocket", .connection: "Upgrade", .secWebSocketVersion: "13"])
        }
    }

    private func call(
        _ request: Request, _ context: RequestScope, _ match: RouteTable.Match, _ route: Route
    ) throws(APIError) -> Call {
        let call = try Call(request, context, parameters: match.parameters)
        if let names = route.queryNames { try call.query.requireNames(among: names, lists: route.queryLists) }
        return call
    }

    private func log(
        _ request: Request, _ response: Response, _ context: RequestScope, since start: ContinuousClock.Instant
    ) {
        context.logger.debug(
            "request",
            metadata: [
                "method": "\(request.method)", "path": "\(request.uri.path)", "status": "\(response.status.code)",
                "client": "\(context.clientAddress)",
                "milliseconds": "\((ContinuousClock.now - start) / .milliseconds(1))",
            ])
    }
}

extension HTTPFields {
    /// The fields of an HTTP/1 head; names that are not tokens are left out.
    fileprivate init(_ pairs: [(name: String, value: String)]) {
        self.init()
        for (name, value) in pairs {
            if let name = HTTPField.Name(name) { append(HTTPField(name: name, value: value)) }
        }
    }
}

extension HTTPField.Name {
    /// Names a request in answers and in the log.
    static var requestID: HTTPField.Name { HTTPField.Name("X-Request-Id")! }
    fileprivate static var idempotencyKey: HTTPField.Name { HTTPField.Name("Idempotency-Key")! }
    fileprivate static var lastEventID: HTTPField.Name { HTTPField.Name("Last-Event-ID")! }
}

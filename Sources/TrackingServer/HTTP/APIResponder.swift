import HTTPTypes
package import Hummingbird
import JSON
import Logging

/// Everything that happens to a request around its route: checks before, and the answer's form after.
///
/// Never throws: whatever a route throws becomes an answer with the API's error body.
package struct APIResponder: HTTPResponder {
    package typealias Context = APIRequestContext

    private let router: RouterResponder<APIRequestContext>
    private let hosts: HostPolicy
    private let limiter: RateLimiter
    private let settings: HTTPSettings

    /// A responder for the routes of `router`, which `APIServer.router()` made.
    package init(router: Router<APIRequestContext>, settings: HTTPSettings) {
        self.router = router.buildResponder()
        self.settings = settings
        hosts = HostPolicy(additionalNames: settings.hostNames)
        limiter = RateLimiter(settings.rateLimit, isExempt: settings.isExemptFromRateLimit, now: settings.now)
    }

    package func respond(to request: Request, context: APIRequestContext) async throws -> Response {
        let start = ContinuousClock.now
        var response: Response
        do {
            response = try await admitted(request, context)
        } catch {
            response = .refusal(ErrorMapping.answer(to: error, requestID: context.id, logger: context.logger))
        }
        if request.method == .head { response = response.createHeadResponse() }
        response.headers[.requestID] = context.id
        log(request, response, context, since: start)
        return response
    }

    /// The answer after every check.
    private func admitted(_ request: Request, _ context: APIRequestContext) async throws -> Response {
        try hosts.check(host: request.head.authority, origins: request.headers[values: .origin])
        let fields = try limiter.admit(request, context: context)
        var request = request
        let limit = settings.isUpload(request) ? settings.maximumUploadByteCount : settings.maximumBodyByteCount
        try BodyGate.install(on: &request, limit: limit, channel: context.channel)
        var response = try await routed(request, context)
        for field in fields { response.headers[field.name] = field.value }
        return response
    }

    /// The route's answer; without a route 404, or 405 when the path has other methods.
    private func routed(_ request: Request, _ context: APIRequestContext) async throws -> Response {
        let response = try await router.respond(to: request, context: context)
        guard response.status == .notFound, context.endpointPath == nil else { return response }
        let methods = try await RouterEntrance.methods(for: request, in: router, context: context)
        guard !methods.isEmpty else {
            throw APIError(
                .notFound, code: "not_found",
                message: "there is no route \(request.method) \(request.uri.path); see /docs for those there are",
                details: ["path": .string(request.uri.path)])
        }
        let allowed = methods.map(\.rawValue)
        throw APIError(
            .methodNotAllowed, code: "method_not_allowed",
            message: "\(request.uri.path) takes \(allowed.joined(separator: ", ")), not \(request.method)",
            details: ["allowed": .array(allowed.map { .string($0) })],
            headers: [.allow: allowed.joined(separator: ", ")])
    }

    private func log(
        _ request: Request, _ response: Response, _ context: APIRequestContext, since start: ContinuousClock.Instant
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

extension HTTPField.Name {
    /// Names a request in answers and in the log.
    static var requestID: HTTPField.Name { HTTPField.Name("X-Request-Id")! }
}

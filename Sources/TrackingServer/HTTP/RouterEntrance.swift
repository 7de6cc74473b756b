import HTTPTypes
package import Hummingbird

/// The router's outermost middleware: answers which methods a path has, and turns the framework's own errors into the
/// API's.
///
/// It must be added before any route, which `APIServer.router()` does.
package struct RouterEntrance: RouterMiddleware {
    @TaskLocal private static var isAsking = false

    private static let candidates: [HTTPRequest.Method] = [.get, .head, .post, .put, .patch, .delete]

    package func handle(
        _ request: Request, context: APIRequestContext,
        next: (Request, APIRequestContext) async throws -> Response
    ) async throws -> Response {
        guard context.endpointPath != nil else { return Response(status: .notFound) }
        if Self.isAsking { return Response(status: .noContent) }
        do {
            return try await next(request, context)
        } catch let error as HTTPError {
            throw ErrorMapping.answer(to: error, requestID: context.id, logger: context.logger)
        }
    }

    /// The methods that `responder`'s router has for the path of `request`.
    ///
    /// Asks the router itself: each method's chain is run, and stops here before its handler.
    static func methods(
        for request: Request, in responder: RouterResponder<APIRequestContext>, context: APIRequestContext
    ) async throws -> [HTTPRequest.Method] {
        try await $isAsking.withValue(true) {
            var methods: [HTTPRequest.Method] = []
            for method in candidates {
                var head = request.head
                head.method = method
                var fresh = context
                fresh.coreContext.endpointPath = EndpointPath()
                let question = Request(head: head, body: RequestBody(buffer: .init()))
                if try await responder.respond(to: question, context: fresh).status == .noContent {
                    methods.append(method)
                }
            }
            return methods
        }
    }
}

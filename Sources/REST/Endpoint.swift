package import API
import HTTPTypes
package import Hummingbird
package import WebServer

/// An operation of the API and who carries it out.
package struct Endpoint: Sendable {
    package let operation: API.Operation
    package let route: Route

    /// An operation that is answered by `respond`.
    ///
    /// An answer of a past moment says which position that is.
    package init(_ operation: API.Operation, _ respond: @escaping @Sendable (Call) async throws -> Response) {
        self.init(
            operation,
            handler: .http { call in
                var response = try await respond(call)
                if operation.query.contains("as_of"), call.query.text("as_of") != nil {
                    response.headers[.asOfPosition] = response.headers[.readPosition]
                }
                return response
            })
    }

    package init(_ operation: API.Operation, handler: Route.Handler) {
        self.operation = operation
        guard let method = HTTPRequest.Method(operation.method.rawValue) else {
            preconditionFailure("\(operation.method.rawValue) is a method")
        }
        let isPage = if case .text("text/html") = operation.answer { true } else { false }
        route = Route(
            method, operation.path,
            // A page's address may carry whatever its readers' tools add.
            queryNames: isPage ? nil : operation.query, queryLists: API.Operation.queryLists,
            bodyLimit: operation.bodyLimit,
            // Probes are never told to come back later.
            budget: operation.access == .anyone ? .unlimited : operation.isRead ? .reads : .writes,
            crossSiteUse: Self.crossSiteUse(of: operation), handler: handler)
    }

    /// Probes and pages are for everybody, and documents and files for people who follow a link; what is streamed without
    /// end, or made of a whole session, is not.
    private static func crossSiteUse(of operation: API.Operation) -> Route.CrossSiteUse {
        guard operation.access != .anyone else { return .everything }
        return switch operation.answer {
        case .document, .bytes, .text, .json: operation.isRead ? .links : .none
        case .events, .rows, .histories, .frames, .webSocket: .none
        }
    }
}

import HTTPTypes
package import Hummingbird
package import Logging

/// A request on its way to the route that answers it.
package struct Call: Sendable {
    package var request: Request
    package let context: RequestScope
    /// The parameters of the path, decoded.
    package let parameters: [String: String]
    /// The parameters of the query.
    package let query: QueryReader

    package init(_ request: Request, _ context: RequestScope, parameters: [String: String]) throws(APIError) {
        self.request = request
        self.context = context
        self.parameters = parameters
        query = try QueryReader(query: request.uri.query ?? "")
    }

    /// The credentials of the one who asks, as the request's `Authorization` gives them.
    package var credentials: Credentials? { context.credentials }

    package var logger: Logger { context.logger }
}

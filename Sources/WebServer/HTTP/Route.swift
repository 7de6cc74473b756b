package import HTTPTypes
package import Hummingbird

/// One thing that can be asked of a server: how it is addressed, what it may cost, and who answers.
package struct Route: Sendable {
    /// The function that answers a request.
    package enum Handler: Sendable {
        case http(@Sendable (Call) async throws -> Response)
        /// Opens a WebSocket, or throws the refusal. A request that offers none is answered 426, with `alternative` as the
        /// address to use instead.
        case webSocket(
            alternative: @Sendable (Call) -> String,
            open: @Sendable (Call) async throws -> ServerChannel.WebSocketHandler)
    }

    /// The budget of a client that a request is taken from.
    package enum Budget: Sendable {
        case reads, writes
        /// None: it is never refused for being asked too often.
        case unlimited
    }

    /// The requests that a page of another site may have a browser send; see `HostPolicy.checkSite`.
    package enum CrossSiteUse: Sendable {
        /// None.
        case none
        /// Following a link to it in a window of its own.
        case links
        /// All: it tells nothing that is worth keeping, and takes little work.
        case everything
    }

    package var method: HTTPRequest.Method
    package var path: RoutePath
    /// The parameters of its query; others are refused. Nil when it takes whatever comes.
    package var queryNames: [String]?
    /// Those that may come several times, each adding a value.
    package var queryLists: Set<String>
    /// The most bytes of a request's body; nil for the server's usual limit.
    package var bodyLimit: Int?
    package var budget: Budget
    package var crossSiteUse: CrossSiteUse
    package var handler: Handler

    package init(
        _ method: HTTPRequest.Method, _ path: String, queryNames: [String]? = nil, queryLists: Set<String> = [],
        bodyLimit: Int? = nil, budget: Budget? = nil, crossSiteUse: CrossSiteUse = .none, handler: Handler
    ) {
        self.method = method
        self.path = RoutePath(path)
        self.queryNames = queryNames
        self.queryLists = queryLists
        self.bodyLimit = bodyLimit
        self.budget = budget ?? (method == .get ? .reads : .writes)
        self.crossSiteUse = crossSiteUse
        self.handler = handler
    }

    /// A route that is answered by `respond`.
    package init(
        _ method: HTTPRequest.Method, _ path: String, queryNames: [String]? = nil, bodyLimit: Int? = nil,
        budget: Budget? = nil, respond: @escaping @Sendable (Call) async throws -> Response
    ) {
        self.init(
            method, path, queryNames: queryNames, bodyLimit: bodyLimit, budget: budget, handler: .http(respond))
    }
}

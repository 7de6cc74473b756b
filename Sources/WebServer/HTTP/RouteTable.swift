package import HTTPTypes
import Text

/// All routes of a server, by path and method.
///
/// A fixed part of a path wins over a parameter, a parameter over the rest; empty parts and a slash at the end do not
/// count, except in the rest. Knowing a path's methods is knowing what to answer to the others: Hummingbird's router does
/// not tell them, which is why it is not used.
package struct RouteTable: Sendable {
    /// The routes and parameters that a path leads to.
    package struct Match: Sendable {
        /// The routes of the path by their methods.
        let routes: [HTTPRequest.Method: Route]
        /// The parameters of the path, decoded, under every name that a route of the path gives them.
        package let parameters: [String: String]

        /// The route for `method`; HEAD is answered by GET.
        package func route(for method: HTTPRequest.Method) -> Route? {
            routes[method] ?? (method == .head ? routes[.get] : nil)
        }

        /// The methods that the path takes, as `Allow` lists them.
        package var methods: [HTTPRequest.Method] {
            Self.order.filter { route(for: $0) != nil }
        }

        private static let order: [HTTPRequest.Method] = [.get, .head, .post, .put, .patch, .delete]
    }

    private struct Node: Sendable {
        var fixed: [String: Node] = [:]
        var parameter: [Node] = []
        var rest: [HTTPRequest.Method: Route] = [:]
        var routes: [HTTPRequest.Method: Route] = [:]
    }

    private var root = Node()
    /// Every route, in the order given.
    package let routes: [Route]

    /// - Precondition: No two routes have the same method and path.
    package init(_ routes: [Route]) {
        self.routes = routes
        for route in routes { Self.insert(route, route.path.parts[...], into: &root) }
    }

    /// Finds what `path`, the target's part before the query, leads to; nil when no route has it.
    package func match(_ path: some StringProtocol) -> Match? {
        var parts: [Substring] = []
        for part in Substring(path).split(separator: "/") { parts.append(part) }
        guard let (routes, places) = Self.find(parts[...], in: root, []) else { return nil }
        var parameters: [String: String] = [:]
        for route in routes.values {
            for (name, place) in zip(Self.names(in: route.path), places) {
                let text = name.isRest ? Self.rest(of: path, behind: place, parts) : parts[place]
                // Text that is not encoded as it should be names nothing; it is kept as it came.
                parameters[name.text] = PercentCoding.decoded(text) ?? String(text)
            }
        }
        return Match(routes: routes, parameters: parameters)
    }

    /// The path behind the slash that follows the first `count` parts: with all of its own slashes.
    private static func rest(of path: some StringProtocol, behind count: Int, _ parts: [Substring]) -> Substring {
        guard count > 0 else { return Substring(path).drop { $0 == "/" } }
        return Substring(path)[parts[count - 1].endIndex...].dropFirst()
    }

    /// The routes of the best path, and where its parameters stand among `parts`.
    private static func find(
        _ parts: ArraySlice<Substring>, in node: Node, _ places: [Int]
    ) -> ([HTTPRequest.Method: Route], [Int])? {
        guard let part = parts.first else { return node.routes.isEmpty ? nil : (node.routes, places) }
        if let next = node.fixed[String(part)], let result = find(parts.dropFirst(), in: next, places) { return result }
        if let next = node.parameter.first,
            let result = find(parts.dropFirst(), in: next, places + [parts.startIndex])
        {
            return result
        }
        return node.rest.isEmpty ? nil : (node.rest, places + [parts.startIndex])
    }

    private static func names(in path: RoutePath) -> [(text: String, isRest: Bool)] {
        path.parts.compactMap { part in
            switch part {
            case .fixed: nil
            case .parameter(let name): (name, false)
            case .rest(let name): (name, true)
            }
        }
    }

    private static func insert(_ route: Route, _ parts: ArraySlice<RoutePath.Part>, into node: inout Node) {
        switch parts.first {
        case nil:
            let earlier = node.routes.updateValue(route, forKey: route.method)
            precondition(earlier == nil, "two routes \(route.method) \(route.path)")
        case .fixed(let text): insert(route, parts.dropFirst(), into: &node.fixed[text, default: Node()])
        case .parameter:
            if node.parameter.isEmpty { node.parameter = [Node()] }
            insert(route, parts.dropFirst(), into: &node.parameter[0])
        case .rest:
            let earlier = node.rest.updateValue(route, forKey: route.method)
            precondition(earlier == nil, "two routes \(route.method) \(route.path)")
        }
    }
}

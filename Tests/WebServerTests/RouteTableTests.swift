import HTTPTypes
import Hummingbird
import Testing
import WebServer

@Suite("Route table")
struct RouteTableTests {
    private static func route(_ method: HTTPRequest.Method, _ path: String) -> Route {
        Route(method, path) { _ in Response(status: .ok) }
    }

    private static let table = RouteTable([
        route(.get, "/"), route(.get, "/sessions"), route(.post, "/sessions"), route(.get, "/sessions/compare"),
        route(.get, "/sessions/{session}"), route(.patch, "/sessions/{session}"),
        route(.delete, "/sessions/{session}"), route(.get, "/sessions/{session}/files"),
        route(.get, "/sessions/{session}/files/{path...}"), route(.put, "/sessions/{session}/files/{path...}"),
        route(.post, "/sessions/latest/stop"), route(.get, "/{page}"),
    ])

    /// The path of the route that answers, and its parameters.
    private func found(_ method: HTTPRequest.Method, _ path: String) -> (path: String?, parameters: [String: String])? {
        Self.table.match(path).map { ($0.route(for: method)?.path.description, $0.parameters) }
    }

    @Test(
        "the path leads to the route that says most of it literally",
        arguments: [
            ("/", "/"), ("/sessions", "/sessions"), ("/sessions/compare", "/sessions/compare"),
            ("/sessions/sess_1", "/sessions/{session}"), ("/about", "/{page}"),
            ("/sessions/sess_1/files", "/sessions/{session}/files"),
            ("/sessions/sess_1/files/a", "/sessions/{session}/files/{path...}"),
            ("/sessions/sess_1/files/a/b/c", "/sessions/{session}/files/{path...}"),
        ])
    func precedence(path: String, route: String) {
        #expect(found(.get, path)?.path == route)
    }

    @Test("a literal part that leads nowhere gives way to a parameter")
    func backtracking() throws {
        let match = try #require(found(.get, "/sessions/latest/files"))
        #expect(match.path == "/sessions/{session}/files")
        #expect(match.parameters == ["session": "latest"])
        #expect(found(.get, "/sessions/compare/files")?.parameters == ["session": "compare"])
    }

    @Test("what no route has is not found", arguments: ["/sessions/a/b", "/a/b", "/sessions/latest/stop/x"])
    func unknown(path: String) {
        #expect(Self.table.match(path) == nil)
    }

    @Test(
        "a known path without the method lists those it takes, HEAD with GET",
        arguments: [
            ("/sessions", ["GET", "HEAD", "POST"]), ("/sessions/s", ["GET", "HEAD", "PATCH", "DELETE"]),
            ("/sessions/latest/stop", ["POST"]), ("/sessions/s/files/f", ["GET", "HEAD", "PUT"]),
        ])
    func methods(path: String, methods: [String]) throws {
        let match = try #require(Self.table.match(path))
        #expect(match.methods.map(\.rawValue) == methods)
        #expect(match.route(for: .options) == nil)
        #expect((match.route(for: .head) == nil) == !methods.contains("GET"))
    }

    @Test(
        "parameters are decoded, a plus stays a plus, and bad encoding is kept as it came",
        arguments: [
            ("/sessions/a%20b", "a b"), ("/sessions/a%2Fb", "a/b"), ("/sessions/%C3%A9", "é"),
            ("/sessions/a+b", "a+b"), ("/sessions/a%zz", "a%zz"), ("/sessions/%FF", "%FF"), ("/sessions/50%", "50%"),
        ])
    func decoding(path: String, value: String) {
        #expect(found(.get, path)?.parameters == ["session": value])
    }

    @Test("fixed parts are compared as they are written: encoded, they are a parameter's text")
    func encodedLiteral() {
        #expect(found(.get, "/sessions/com%70are")?.parameters == ["session": "compare"])
    }

    @Test(
        "slashes at the end and empty parts do not count", arguments: ["/sessions/s/", "//sessions//s", "sessions/s"])
    func slashes(path: String) {
        #expect(found(.get, path)?.path == "/sessions/{session}")
        #expect(found(.get, path)?.parameters == ["session": "s"])
    }

    @Test(
        "the rest keeps its slashes and is decoded as a whole",
        arguments: [
            ("a/b.txt", "a/b.txt"), ("a//b", "a//b"), ("a/b/", "a/b/"), ("a%20b/%C3%A9", "a b/é"), ("a%2Fb", "a/b"),
        ])
    func rest(path: String, value: String) {
        #expect(found(.put, "/sessions/s/files/" + path)?.parameters == ["session": "s", "path": value])
    }

    @Test("an empty rest is no rest")
    func emptyRest() {
        #expect(found(.get, "/sessions/s/files/")?.path == "/sessions/{session}/files")
        #expect(Self.table.match("/sessions/s/files/")?.route(for: .put) == nil)
    }

    @Test("each method of a path gets its parameters under the names that it gives them", arguments: 0..<8)
    func names(round: Int) throws {
        let table = RouteTable([
            Self.route(.get, "/runs/{run}"), Self.route(.delete, "/runs/{id}"), Self.route(.put, "/runs/{name}"),
        ])
        let match = try #require(table.match("/runs/7"))
        #expect(match.parameters == ["run": "7", "id": "7", "name": "7"])
    }
}

import JSON
import NIOCore

/// One request of the API, before it is tied to a server.
struct APIRequest: Sendable {
    /// What is sent as its body.
    enum Body: Sendable {
        case none
        case bytes([UInt8], contentType: String)
        /// A body that is read anew for each attempt and has exactly this many bytes.
        case stream(byteCount: Int64, contentType: String, open: @Sendable () -> UploadChunks)
    }

    var method: String
    /// Below `/api/v1`, unencoded.
    var segments: [String]
    var query: [(name: String, value: String)] = []
    var headers: [(name: String, value: String)] = []
    var body = Body.none
    /// Whether the server answers a repetition alike.
    var isRepeatable: Bool
    /// The longest time until the head of the answer comes; nil for bodies whose sending may take any time.
    var headTimeout: Duration? = .seconds(60)

    /// A read.
    static func get(_ segments: String..., query: [(String, String?)] = []) -> APIRequest {
        APIRequest(method: "GET", segments: segments, query: present(query), isRepeatable: true)
    }

    /// A write that carries `command` as its idempotency key.
    static func post(
        _ segments: [String], command: String, query: [(String, String?)] = [], body: Body = .none
    ) -> APIRequest {
        APIRequest(
            method: "POST", segments: segments, query: present(query), headers: [("Idempotency-Key", command)],
            body: body, isRepeatable: true)
    }

    /// The path with its query, as it stands in the request line.
    var target: String {
        var text = "/api/v1/" + segments.map(PercentEncoding.encode).joined(separator: "/")
        if !query.isEmpty {
            text += "?" + query.map { $0.name + "=" + PercentEncoding.encode($0.value) }.joined(separator: "&")
        }
        return text
    }

    /// How messages name it.
    var name: String { method + " /api/v1/" + segments.joined(separator: "/") }

    static func present(_ query: [(String, String?)]) -> [(name: String, value: String)] {
        query.compactMap { name, value in value.map { (name, $0) } }
    }
}

extension APIRequest.Body {
    /// `value` as application/json; NaN and the infinities as strings.
    static func json(_ value: JSONValue) -> Self {
        .bytes(value.encoded(), contentType: "application/json")
    }
}

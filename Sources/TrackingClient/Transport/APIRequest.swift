import API
import Text

/// One request of the API, before it is tied to a server.
struct APIRequest: Sendable {
    /// The body that is sent.
    enum Body: Sendable {
        case none
        case bytes([UInt8], contentType: String)
        /// A body that is read anew for each attempt and has exactly this many bytes.
        case stream(UploadChunks, contentType: String)
    }

    let operation: API.Operation
    /// The path, encoded.
    let path: String
    /// Unencoded.
    var query: [(name: String, value: String)]
    var headers: [(name: String, value: String)]
    var body: Body
    /// The longest time until the head of the answer comes; nil for bodies whose sending may take any time.
    var headTimeout: Duration? = .seconds(60)

    /// - Parameters:
    ///   - path: The values of the path's parameters, in their order.
    ///   - query: Parameters; those without a value are left out.
    init(
        _ operation: API.Operation, _ path: [String] = [], query: [(String, String?)] = [],
        headers: [(name: String, value: String)] = [], body: Body = .none
    ) {
        self.operation = operation
        self.path = operation.target(path)
        self.query = query.compactMap { name, value in value.map { (name, $0) } }
        self.headers = headers
        self.body = body
    }

    /// The path with its query, as it stands in the request line.
    var target: String {
        guard !query.isEmpty else { return path }
        return path + "?" + query.map { $0.name + "=" + PercentCoding.encoded($0.value) }.joined(separator: "&")
    }

    /// True when the server answers a repetition alike.
    var isRepeatable: Bool { operation.isRead || operation.isIdempotent || operation.method == .put }

    /// The name that messages give it.
    var name: String { operation.method.rawValue + " " + path }
}

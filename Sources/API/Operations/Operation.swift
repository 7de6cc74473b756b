import Text

/// One thing that can be asked of the API: how it is addressed, who may ask it, what it takes and what it answers.
///
/// From these values follow the server's routes and limits, the paths of the clients, and what the contract
/// `schemas/rest/openapi.yaml` is compared with.
package struct Operation: Sendable {
    /// The callers who may ask. With API keys these are roles; until then only a lease is asked for.
    package enum Access: String, Sendable {
        /// Everybody, also without a key.
        case anyone
        /// Whoever may read.
        case viewer
        /// Whoever may create sessions and report.
        case trainer
        /// The attempt that trains the session.
        case lease
        /// Whoever may delete and maintain.
        case admin
    }

    package enum Method: String, Sendable {
        case get = "GET"
        case put = "PUT"
        case post = "POST"
        case patch = "PATCH"
        case delete = "DELETE"
    }

    /// All there are, in the order of the files that declare them.
    package static let all =
        sessions + metrics + files + attempts + feeds + alerts + models + retention + audit + server

    /// The parameters of queries that may come several times; of all others one value counts.
    package static let queryLists: Set<String> = [
        "columns", "metric_names", "session_ids", "sessions", "statistics", "status", "tag", "types",
        "values",
    ]

    /// The body that a request brings.
    package enum Body: Sendable {
        case none
        case json(DocumentType)
        /// JSON whose fields all have defaults; also no body at all.
        case optionalJSON(DocumentType)
        /// JSON, or the event's own message in protobuf; at most 16 MiB.
        case report(DocumentType)
        /// A file, streamed; the content types are those that are taken, all when there are none.
        case file([String])
    }

    /// The form of a successful answer.
    package enum Answer: Sendable {
        case document(DocumentType)
        /// A document, or on demand the same as rows or arrays.
        case histories(DocumentType)
        /// A file, whole or in part.
        case bytes
        /// Lines of JSON, or messages in protobuf.
        case events
        /// Rows of a format that the query names.
        case rows
        /// Server-sent events.
        case frames
        case webSocket
        /// Text or a page, of the media type.
        case text(String)
        /// A JSON object that is no document of this API.
        case json
    }

    /// Its name in the contract.
    package let id: String
    package let method: Method
    /// Its path with parameters in braces, such as `/api/v1/checkpoints/{checkpoint_id}`; `{path...}` takes the rest.
    package let path: String
    package let access: Access
    /// The parameters that its query may have.
    package let query: [String]
    package let body: Body
    /// The statuses of success.
    package let statuses: [Int]
    package let answer: Answer
    /// True when it takes an `Idempotency-Key`, under which it is carried out once.
    package let isIdempotent: Bool

    /// An operation under `/api/v1`, or at the server's root when the path begins with `//`.
    init(
        _ id: String, _ method: Method, _ path: String, for access: Access, query: [String] = [],
        taking body: Body = .none, _ statuses: Int..., answering answer: Answer, isIdempotent: Bool? = nil
    ) {
        self.id = id
        self.method = method
        self.path = path.hasPrefix("//") ? String(path.dropFirst()) : "/api/v1" + path
        self.access = access
        self.query = query
        self.body = body
        self.statuses = statuses.isEmpty ? [200] : statuses
        self.answer = answer
        self.isIdempotent = isIdempotent ?? (method != .get && access != .viewer)
    }

    /// The most bytes of a body.
    package var bodyLimit: Int {
        switch body {
        case .none, .json, .optionalJSON: 1 << 20
        case .report: 16 << 20
        case .file: 1 << 40
        }
    }

    /// True when it changes nothing. A question that is too long for a query is a POST that whoever may read may send.
    package var isRead: Bool { method == .get || access == .viewer }

    /// The path with `values` in the place of its parameters, in their order; a parameter that takes the rest gets all
    /// that are left.
    package func target(_ values: [String] = []) -> String {
        var values = values[...]
        let parts = path.split(separator: "/").map { part -> String in
            guard part.hasPrefix("{") else { return String(part) }
            guard part.hasSuffix("...}") else { return PercentCoding.encoded(values.popFirst() ?? "") }
            defer { values = [] }
            return values.map(PercentCoding.encoded).joined(separator: "/")
        }
        return "/" + parts.joined(separator: "/")
    }
}

extension Operation.Body {
    static func json<D: Document>(_ type: D.Type) -> Self { .json(DocumentType(type)) }
    static func optionalJSON<D: Document>(_ type: D.Type) -> Self { .optionalJSON(DocumentType(type)) }
    static func report<D: Document>(_ type: D.Type) -> Self { .report(DocumentType(type)) }
}

extension Operation.Answer {
    static func document<D: Document>(_ type: D.Type) -> Self { .document(DocumentType(type)) }
}

extension [String] {
    /// The parameters that say how current a read must be, or of which past moment it is.
    static let reading = ["as_of"] + freshness
    /// The parameters that say how current a read must be that knows no past.
    static let freshness = ["consistency", "wait_for"]
    static let paging = ["limit", "offset"]
    /// The parameter that says how NaN and the infinities are written.
    static let nonfinite = ["nonfinite"]
    static let attempts = ["attempts"]
}

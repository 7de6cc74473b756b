package import HTTPTypes
package import JSON

/// An answer that is not a success: what the caller did or met, as the API says it.
///
/// Every 4xx and 5xx of the API is one of these, written as `{"error": {"code", "message", "details"}}`.
package struct APIError: Error, Sendable {
    /// The status of the answer, 400 to 599.
    package var status: HTTPResponse.Status
    /// A word that programs can compare, in snake_case: `not_found`, `invalid_field`.
    package var code: String
    /// The message for people: what happened, to what, and what to do.
    package var message: String
    /// More for programs, such as `field`; an empty object when there is nothing to add.
    package var details: JSONObject
    /// The headers that the answer carries beside its body: `Retry-After`, `Allow`.
    package var headers: HTTPFields

    /// An answer with `status`, a code and a message.
    package init(
        _ status: HTTPResponse.Status, code: String, message: String, details: JSONObject = [:],
        headers: HTTPFields = [:]
    ) {
        self.status = status
        self.code = code
        self.message = message
        self.details = details
        self.headers = headers
    }

    /// 422: the value of `field` (a path such as `train.epochs`, or a parameter's name) cannot be.
    package static func invalidField(_ field: String, _ message: String, expected: String? = nil) -> APIError {
        APIError(
            .unprocessableContent, code: "invalid_field", message: message,
            details: ["field": .string(field), "expected": .string(expected ?? message)])
    }

    /// 400: the request cannot be read.
    package static func malformed(_ message: String, details: JSONObject = [:]) -> APIError {
        APIError(.badRequest, code: "malformed_request", message: message, details: details)
    }

    /// 404: there is no `kind` called `name`.
    package static func unknown(_ kind: String, _ name: String) -> APIError {
        APIError(
            .notFound, code: "not_found", message: "There is no \(kind) '\(name)'.",
            details: ["kind": .string(kind), "id": .string(name)])
    }

    /// 409: the state of things does not allow it.
    package static func conflict(_ code: String = "conflict", _ message: String, details: JSONObject = [:]) -> APIError
    {
        APIError(.conflict, code: code, message: message, details: details)
    }

    /// 413: the body exceeds `limit` bytes.
    package static func tooLarge(limit: Int) -> APIError {
        APIError(
            .contentTooLarge, code: "body_too_large", message: "The body may have at most \(limit) bytes.",
            details: ["limit": .integer(Int64(limit))])
    }

    /// 503 with `Retry-After`: it may work later.
    package static func unavailable(
        _ message: String, code: String = "unavailable", details: JSONObject = [:],
        retryAfter: Duration = .seconds(1)
    ) -> APIError {
        APIError(
            .serviceUnavailable, code: code, message: message, details: details,
            headers: [.retryAfter: retryAfter.wholeSeconds])
    }

    /// 507 with `Retry-After`: it works again once there is room on the disk.
    package static func noRoom(
        _ message: String, details: JSONObject = [:], retryAfter: Duration = .seconds(30)
    ) -> APIError {
        APIError(
            .init(code: 507, reasonPhrase: "Insufficient Storage"), code: "insufficient_storage", message: message,
            details: details, headers: [.retryAfter: retryAfter.wholeSeconds])
    }

    /// 503: the server ends, and another may take its place.
    package static let shuttingDown = unavailable(
        "The server is shutting down. Send the request again.", code: "shutting_down")

    /// The body: `{"error": {"code", "message", "details"}}`.
    package var body: JSONValue {
        [
            "error": [
                "code": .string(code), "message": .string(message), "details": .object(details),
            ]
        ]
    }
}

extension APIError: Equatable {
    /// Errors are the same answer when status and code are.
    package static func == (left: APIError, right: APIError) -> Bool {
        left.status.code == right.status.code && left.code == right.code
    }
}

extension APIError: CustomStringConvertible {
    package var description: String { "\(status.code) \(code): \(message)" }
}

extension Duration {
    /// Seconds rounded up and at least 1, as `Retry-After` wants them.
    var wholeSeconds: String {
        let (seconds, attoseconds) = components
        return String(max(1, seconds + (attoseconds > 0 ? 1 : 0)))
    }
}

extension HTTPField.Name {
    /// `Retry-After`: whole seconds.
    package static var retryAfter: HTTPField.Name { HTTPField.Name("Retry-After")! }
}

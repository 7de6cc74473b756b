package import JSON

/// The reason that a request did not give what was asked for. Its message says what happened, to what, and what to do.
///
/// Two errors are equal when their codes are.
package struct ClientError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The kinds of failure.
    package enum Code: Hashable, Sendable {
        /// The given address is not a server's.
        case invalidAddress
        /// No connection could be made; the server has seen nothing of the request.
        case unreachable
        /// The connection broke while the request or its answer travelled; the server may have acted.
        case interrupted
        /// Nothing came for longer than the limit; the server may have acted.
        case timedOut
        /// The server refused, with this HTTP status and the code of its error document.
        case refused(status: Int, code: String)
        /// The answer is not what the API promises; the other side may not be PIVOT.
        case unexpectedAnswer
        /// The bytes received are not those the digest names.
        case digestMismatch
        /// A local file could not be read or written.
        case file
        /// The task was cancelled.
        case cancelled
    }

    /// The kind of failure.
    package let code: Code
    /// One or two sentences that say what happened, to what, and what to do.
    package let message: String
    /// The details of the server's error document; empty for failures on this side.
    package let details: JSONObject
    /// The time that the server asks to wait before the next try.
    package let retryAfter: Duration?

    package init(_ code: Code, _ message: String, details: JSONObject = JSONObject(), retryAfter: Duration? = nil) {
        self.code = code
        self.message = message
        self.details = details
        self.retryAfter = retryAfter
    }

    /// The HTTP status, when the server answered.
    package var status: Int? {
        if case .refused(let status, _) = code { status } else { nil }
    }

    /// The code of the server's error document, such as `not_found`, when it answered.
    package var serverCode: String? {
        if case .refused(_, let code) = code { code } else { nil }
    }

    package var description: String { message }

    package static func == (left: ClientError, right: ClientError) -> Bool { left.code == right.code }
}

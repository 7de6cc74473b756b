import Hummingbird
import JSON
package import Logging
import NIOCore
import NIOHTTP1

/// The one place where errors become answers.
package enum ErrorMapping {
    /// The answer to a request that ended in `error`.
    ///
    /// An error that nobody thought of is a 500 that names the request's id and nothing else; the log has the rest.
    package static func answer(to error: any Error, requestID: String, logger: Logger) -> APIError {
        if let answer = (error as? any HTTPErrorConvertible)?.apiError { return answer }
        switch error {
        case let error as JSONError:
            return .malformed(
                "The body is not valid JSON: \(error).",
                details: [
                    "offset": .integer(Int64(error.byteOffset)), "line": .integer(Int64(error.line)),
                    "column": .integer(Int64(error.column)),
                ])
        case let error as HTTPError:
            return APIError(
                error.status, code: code(of: error.status.code), message: error.body ?? error.status.reasonPhrase,
                headers: error.headers)
        case is NIOTooManyBytesError:
            return APIError(.contentTooLarge, code: "body_too_large", message: "The body is too large for this route.")
        case let error as HTTPParserError:
            return ParserRefusal.answer(to: error)
        case is CancellationError:
            return .shuttingDown
        default:
            logger.error("A request failed with an unexpected error.", metadata: ["error": "\(error)"])
            return APIError(
                .internalServerError, code: "internal_error",
                message:
                    "The server failed to answer this request. Its log gives the reason under request id \(requestID).",
                details: ["request_id": .string(requestID)])
        }
    }

    /// The code of an answer that has only a status.
    static func code(of status: Int) -> String {
        switch status {
        case 400: "malformed_request"
        case 401: "unauthorized"
        case 403: "forbidden"
        case 404: "not_found"
        case 405: "method_not_allowed"
        case 408: "request_timeout"
        case 409: "conflict"
        case 411: "length_required"
        case 412: "precondition_failed"
        case 413: "body_too_large"
        case 414: "uri_too_long"
        case 415: "unsupported_media_type"
        case 416: "range_not_satisfiable"
        case 422: "invalid_field"
        case 429: "rate_limited"
        case 431: "headers_too_large"
        case 503: "unavailable"
        case 507: "insufficient_storage"
        case 500...: "internal_error"
        default: "refused"
        }
    }
}

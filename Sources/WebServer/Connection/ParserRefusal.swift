import HTTPTypes
import JSON
import NIOHTTP1

/// The answers to bytes that are not HTTP.
enum ParserRefusal {
    /// 431 when the headers exceed their limit, 400 with the reason for everything else.
    static func answer(to error: HTTPParserError) -> APIError {
        switch error {
        case .headerOverflow:
            APIError(
                .requestHeaderFieldsTooLarge, code: "headers_too_large",
                message: "The request's head exceeds the server's limits. Send shorter or fewer headers.")
        case .invalidMethod:
            .malformed("The request's method is not an HTTP/1.1 method.")
        case .invalidVersion:
            .malformed("This server speaks HTTP/1.1 and HTTP/1.0 on this port.")
        case .invalidURL:
            .malformed("The request's target is not a valid URL.")
        case .invalidContentLength, .unexpectedContentLength:
            .malformed("The request's Content-Length is not valid.")
        case .invalidChunkSize:
            .malformed("The request's chunked body is not valid.")
        case .invalidEOFState:
            .malformed("The connection ended in the middle of the request.")
        case .invalidHeaderToken:
            .malformed("The request has a header that is not valid HTTP.")
        default:
            .malformed("The request is not valid HTTP/1.1.")
        }
    }
}

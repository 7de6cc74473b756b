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
                message: "the request's head exceeds the server's limits; send shorter or fewer headers")
        case .invalidMethod:
            .malformed("the request's method is not one that HTTP/1.1 servers know")
        case .invalidVersion:
            .malformed("this server speaks HTTP/1.1 and HTTP/1.0 on this port")
        case .invalidURL:
            .malformed("the request's target is not a valid URL")
        case .invalidContentLength, .unexpectedContentLength:
            .malformed("the request's Content-Length is not valid")
        case .invalidChunkSize:
            .malformed("the request's chunked body is not valid")
        case .invalidEOFState:
            .malformed("the connection ended inside the request")
        default:
            .malformed("the request is not valid HTTP: \(error)")
        }
    }
}

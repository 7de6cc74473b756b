package import HTTPTypes
package import Hummingbird
package import JSON
import NIOCore

extension Response {
    /// An answer with a JSON body.
    package static func json(
        _ value: JSONValue, status: HTTPResponse.Status = .ok, nonfinite: NonfiniteStyle = .string,
        headers: HTTPFields = [:]
    ) -> Response {
        json(value.encoded(nonfinite: nonfinite), status: status, headers: headers)
    }

    /// An answer whose body is JSON text already.
    package static func json(
        _ text: [UInt8], status: HTTPResponse.Status = .ok, headers: HTTPFields = [:]
    ) -> Response {
        var headers = headers
        headers[.contentType] = "application/json"
        return Response(status: status, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: text)))
    }

    /// The same answer without its body. It tells the body's length only when the answer to GET would.
    func headOnly() -> Response {
        var response = createHeadResponse()
        if body.contentLength == nil { response.headers[.contentLength] = nil }
        return response
    }

    /// The answer that an error becomes.
    package static func refusal(_ error: APIError) -> Response {
        json(error.body, status: error.status, headers: error.headers)
    }
}

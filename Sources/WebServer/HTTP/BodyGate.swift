import HTTPTypes
import Hummingbird
import NIOCore
import NIOHTTPTypes

/// A request's body as it is let in: not before somebody reads it when the client asked first
/// (`Expect: 100-continue`), and not beyond a limit.
struct BodyGate: AsyncSequence, Sendable {
    typealias Element = ByteBuffer

    let body: RequestBody
    /// The channel on which to say 100 before the first byte; nil when the client does not wait for it.
    let continuing: (any Channel)?
    /// The most bytes.
    let limit: Int

    func makeAsyncIterator() -> Iterator {
        Iterator(base: body.makeAsyncIterator(), continuing: continuing, limit: limit)
    }

    struct Iterator: AsyncIteratorProtocol {
        var base: RequestBody.AsyncIterator
        var continuing: (any Channel)?
        let limit: Int
        var byteCount = 0

        mutating func next() async throws -> ByteBuffer? {
            if let channel = continuing {
                continuing = nil
                try await channel.writeAndFlush(HTTPResponsePart.head(HTTPResponse(status: .continue)))
            }
            guard let buffer = try await base.next() else { return nil }
            byteCount += buffer.readableBytes
            guard byteCount <= limit else { throw APIError.tooLarge(limit: limit) }
            return buffer
        }
    }

    /// Puts the gate before the body of `request`.
    ///
    /// - Throws: 413 at once when the announced length exceeds `limit`, 417 for an expectation nobody knows.
    static func install(
        on request: inout Request, limit: Int, channel: any Channel
    ) throws(APIError) {
        let announced = request.headers[.contentLength].flatMap { Int($0) }
        if let announced, announced > limit { throw .tooLarge(limit: limit) }
        let expectation = request.headers[.expect]?.lowercased()
        if let expectation, expectation != "100-continue" {
            throw APIError(
                .expectationFailed, code: "expectation_failed",
                message: "The only expectation this server supports is 100-continue.")
        }
        let hasBody = request.headers[.transferEncoding] != nil || (announced ?? 0) > 0
        guard hasBody else { return }
        if let announced, announced <= limit, expectation == nil { return }
        request.body = RequestBody(
            asyncSequence: BodyGate(body: request.body, continuing: expectation == nil ? nil : channel, limit: limit))
    }
}

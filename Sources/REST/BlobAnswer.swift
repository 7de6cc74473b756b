import Application
import Blobs
import HTTPTypes
import Hummingbird
import JSON
import Logging
import NIOCore
import Tracking
import WebServer

/// The bytes of a blob as an answer: whole, in part, or not at all when the client has them already.
struct BlobAnswer {
    var checkpoints: Checkpoints
    var logger: Logger

    /// Opens the blob and answers `request` with its bytes.
    ///
    /// Each frame is verified before its bytes are sent; a mismatch cuts the connection, never ends it cleanly.
    func respond(
        to request: Request, digest text: String, contentType: String, disposition: ContentDisposition
    ) async throws -> Response {
        guard let digest = Digest(text) else { throw APIError.storageFailure("The digest '\(text)' cannot be read.") }
        let tag = EntityTag(text)
        var headers: HTTPFields = [
            .eTag: tag.headerValue, .acceptRanges: "bytes", .contentType: contentType,
            .contentDisposition: disposition.headerValue,
        ]
        guard tag.isExpected(by: request.headers) else {
            throw APIError(
                .preconditionFailed, code: "precondition_failed",
                message: "The file is another than If-Match names: its ETag is \(tag.headerValue). Read it again.",
                details: ["etag": .string(tag.headerValue)], headers: [.eTag: tag.headerValue])
        }
        if tag.isHeld(by: request.headers) {
            headers[.contentType] = nil
            return Response(status: .notModified, headers: headers)
        }
        let reader: BlobReader
        do {
            reader = try await checkpoints.open(digest)
        } catch let error as BlobError {
            remember(error)
            throw error
        }
        let byteCount = Int(reader.byteCount)
        let range = try ByteRange.requested(by: request.headers, byteCount: byteCount, entityTag: tag)
        let bytes: BlobBytes
        let length: Int
        var status = HTTPResponse.Status.ok
        switch range {
        case .whole:
            bytes = reader.bytes()
            length = byteCount
        case .part(let part):
            bytes = reader.bytes(in: Int64(part.lowerBound)..<Int64(part.upperBound))
            length = part.count
            status = .partialContent
            headers[.contentRange] = ByteRange.contentRange(part, of: byteCount)
        }
        let isWhole = range == .whole
        let body = ResponseBody(contentLength: length) { writer in
            do {
                for try await buffer in bytes { try await writer.write(buffer) }
                if isWhole { checkpoints.noteSound(digest) }
            } catch let error as BlobError {
                remember(error)
                throw error
            }
            try await writer.finish(nil)
        }
        return Response(status: status, headers: headers, body: body)
    }

    private func remember(_ error: BlobError) {
        guard case .damaged(let digest, _) = error, checkpoints.noteDamage(error) else { return }
        logger.error("A blob is damaged.", metadata: ["digest": "\(digest)", "error": "\(error)"])
    }
}

import API
import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import Tracking

extension APIClient {
    /// Sends a file and reads the document that answers it.
    func upload<Answer: Document>(
        _ chunks: UploadChunks, contentType: String = "application/octet-stream", _ operation: API.Operation,
        _ path: [String] = [], query: [(String, String?)], command: String? = nil
    ) async throws(ClientError) -> Answer {
        var request = APIRequest(operation, path, query: query, body: .stream(chunks, contentType: contentType))
        request.headTimeout = nil
        return try await answer(to: request, command: command)
    }

    /// Downloads what `request` names to `path`, which appears only complete and verified. An earlier interrupted
    /// download of the same content is continued, and so is this one when its connection breaks.
    func download(
        _ request: APIRequest, digest: Digest, byteCount: Int64, to path: String,
        progress: (@Sendable (TransferProgress) -> Void)?
    ) async throws(ClientError) {
        var partial = try await PartialFile.open(for: path, digest: digest)
        if partial.byteCount > byteCount { try await partial.restart() }
        var failureCount = 0
        while partial.byteCount < byteCount {
            let before = partial.byteCount
            do throws(ClientError) {
                try await receive(request, digest: digest, into: &partial, byteCount: byteCount, progress: progress)
            } catch {
                failureCount = partial.byteCount > before ? 1 : failureCount + 1
                guard
                    let delay = configuration.retries.delay(
                        afterAttempt: failureCount, failedWith: error, isRepeatable: true, random: jitter())
                else { throw error }
                try await wait(delay)
            }
        }
        guard partial.digest == digest else {
            try await partial.discard()
            throw ClientError(
                .digestMismatch,
                "The download of \(path) has the digest \(partial.digest), not \(digest); it was removed. "
                    + "Download it again.")
        }
        try await partial.commit()
    }

    /// One connection's part of a download.
    private func receive(
        _ request: APIRequest, digest: Digest, into partial: inout PartialFile, byteCount: Int64,
        progress: (@Sendable (TransferProgress) -> Void)?
    ) async throws(ClientError) {
        var request = request
        if partial.byteCount > 0 {
            request.headers.append(("Range", "bytes=\(partial.byteCount)-"))
            request.headers.append(("If-Range", "\"\(digest)\""))
        }
        let response = try await send(request)
        if partial.byteCount > 0 {
            let range = response.headers.first(name: "Content-Range") ?? ""
            let continues = response.status == .partialContent && range.hasPrefix("bytes \(partial.byteCount)-")
            if !continues { try await partial.restart() }
        }
        var bytes = response.body.makeAsyncIterator()
        while let chunk = try await next(&bytes, of: request) {
            guard partial.byteCount + Int64(chunk.count) <= byteCount else {
                throw ClientError(
                    .unexpectedAnswer, "\(request.name) returned more than the expected \(byteCount) bytes. Try again.")
            }
            try await partial.append(chunk)
            progress?(TransferProgress(byteCount: partial.byteCount, totalByteCount: byteCount))
        }
        guard partial.byteCount == byteCount else {
            throw ClientError(
                .interrupted,
                "\(request.name) ended after \(partial.byteCount) of \(byteCount) bytes. Start the download again; "
                    + "it continues from there.")
        }
    }

    private func next(
        _ bytes: inout HTTPClientResponse.Body.AsyncIterator, of request: APIRequest
    ) async throws(ClientError) -> [UInt8]? {
        do {
            guard var chunk = try await bytes.next() else { return nil }
            return chunk.readBytes(length: chunk.readableBytes)
        } catch {
            throw .transport(error, address: configuration.address, request: request.name)
        }
    }

    /// Throws `digestMismatch` when the server stored other bytes than were sent.
    func verify(_ stored: Digest, sent: UploadChunks, name: String) throws(ClientError) {
        guard let digest = sent.witness.digest, digest != stored else { return }
        throw ClientError(
            .digestMismatch,
            "The server stored \(name) with the digest \(stored), but \(digest) was sent. "
                + "The file changed, or the connection is damaged: delete it and send it again.")
    }
}

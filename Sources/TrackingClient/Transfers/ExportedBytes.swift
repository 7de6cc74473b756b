import API
import AsyncHTTPClient
import NIOCore
import NIOHTTP1
package import Tracking

/// The bytes of an export as they come. A connection that breaks is made again and goes on with the next byte: the server makes the
/// same bytes for the same position.
package struct ExportedBytes {
    /// The position of the log that is exported.
    package let position: UInt64
    private let client: APIClient
    private let request: APIRequest
    private let tag: String
    private var bytes: HTTPClientResponse.Body.AsyncIterator
    private var byteCount = 0
    /// Bytes that have been given already and come again.
    private var repeatedByteCount = 0
    private var failureCount = 0

    init(_ client: APIClient, _ request: APIRequest) async throws(ClientError) {
        self.client = client
        self.request = request
        var request = request
        request.headTimeout = nil
        let response = try await client.perform(request) { response throws(ClientError) in response }
        guard let position = response.headers.first(name: "X-Read-Position").flatMap({ UInt64($0) }),
            let tag = response.headers.first(name: "ETag")
        else {
            throw ClientError(
                .unexpectedAnswer, "The answer to \(request.name) names no position. Is the server a different version?"
            )
        }
        self.position = position
        self.tag = tag
        bytes = response.body.makeAsyncIterator()
    }

    /// The next bytes; nil at the end.
    package mutating func next() async throws(ClientError) -> [UInt8]? {
        while true {
            do throws(ClientError) {
                guard var piece = try await read() else { return nil }
                failureCount = 0
                let repeated = min(repeatedByteCount, piece.count)
                repeatedByteCount -= repeated
                if repeated > 0 { piece.removeFirst(repeated) }
                byteCount += piece.count
                if !piece.isEmpty { return piece }
            } catch {
                failureCount += 1
                guard
                    let delay = client.configuration.retries.delay(
                        afterAttempt: failureCount, failedWith: error, isRepeatable: true, random: client.jitter())
                else { throw error }
                try await client.wait(delay)
                try await reconnect()
            }
        }
    }

    private mutating func read() async throws(ClientError) -> [UInt8]? {
        do {
            guard var piece = try await bytes.next() else { return nil }
            return piece.readBytes(length: piece.readableBytes)
        } catch {
            throw .transport(error, address: client.configuration.address, request: request.name)
        }
    }

    private mutating func reconnect() async throws(ClientError) {
        var request = request
        request.headTimeout = nil
        if byteCount > 0 {
            request.headers += [("Range", "bytes=\(byteCount)-"), ("If-Range", tag)]
        } else {
            request.query.removeAll { $0.name == "as_of" }
            request.query.append(("as_of", String(position)))
        }
        let response = try await client.perform(request) { response throws(ClientError) in response }
        guard response.headers.first(name: "ETag") == tag else {
            throw ClientError(
                .unexpectedAnswer, "\(request.name) broke off, and its rest cannot be had any more. Export again.")
        }
        repeatedByteCount = response.status == .partialContent ? 0 : byteCount
        bytes = response.body.makeAsyncIterator()
    }
}

/// Which points of a session are exported, and how.
package struct ExportQuery: Sendable {
    /// `csv`, `jsonl`, `parquet`, `protobuf` or `tensorboard`.
    package var format: String
    /// True for a row for each step or epoch and a column for each metric.
    package var isWide = false
    /// The names of the metrics, with `*` for any characters; all when there are none.
    package var metricNames: [String] = []
    /// True when superseded points are exported too.
    package var allAttempts = false
    /// The past moment whose state is exported.
    package var asOf: LogMoment?

    package init(format: String) { self.format = format }
}

extension APIClient {
    /// Exports a session; the bytes are still to be read.
    package func export(_ session: String, _ query: ExportQuery) async throws(ClientError) -> ExportedBytes {
        let request = APIRequest(
            .exportSession, [session],
            query: [
                ("format", query.format), ("layout", query.isWide ? "wide" : nil),
                ("metric_names", query.metricNames.isEmpty ? nil : query.metricNames.joined(separator: ",")),
                ("attempts", query.allAttempts ? "all" : nil), ("as_of", query.asOf?.description),
            ])
        return try await ExportedBytes(self, request)
    }
}

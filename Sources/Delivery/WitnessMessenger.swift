import Application
import AsyncHTTPClient
import NIOCore
import NIOHTTP1

/// Asks witnesses by HTTP. Redirects are not followed, and of an answer only so many bytes are read.
///
/// Witnesses are named by the server's configuration alone, so they may be anywhere.
package final class WitnessMessenger: WitnessSender {
    /// The time that a witness has to answer.
    private static let timeout = TimeAmount.seconds(15)
    /// The most bytes of an answer that are read.
    private static let answerByteCount = 64 << 10

    private let client: HTTPClient

    package init() {
        var configuration = HTTPClient.Configuration(
            redirectConfiguration: .disallow,
            timeout: .init(connect: .seconds(10), read: Self.timeout, write: Self.timeout))
        configuration.httpVersion = .http1Only
        client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }

    deinit { client.shutdown { _ in } }

    package func post(_ body: [UInt8], to url: String) async throws -> (status: Int, type: String?, body: [UInt8]) {
        var request = HTTPClientRequest(url: url)
        request.method = .POST
        request.headers.add(name: "Content-Type", value: "text/plain; charset=utf-8")
        request.body = .bytes(ByteBuffer(bytes: body))
        let answer = try await client.execute(request, timeout: Self.timeout)
        let bytes = try await answer.body.collect(upTo: Self.answerByteCount)
        return (Int(answer.status.code), answer.headers.first(name: "Content-Type"), Array(bytes.readableBytesView))
    }
}

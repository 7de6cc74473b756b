import AsyncHTTPClient
import NIOCore
import NIOHTTP1

/// A stream of the API that reconnects by itself and resumes after the last entry it gave.
///
/// Nothing is missed and nothing comes twice: each reconnection names the position of the last entry. The sequence ends
/// when the server says that nothing follows; it throws when the server refuses, or cannot be reached for as long as
/// the policy tries.
package struct Feed<Decoder: FeedDecoder>: AsyncSequence, Sendable {
    package typealias Element = FeedItem<Decoder.Entry>
    package typealias Failure = ClientError

    let client: APIClient
    /// The request for what follows a position, or for what the stream begins with.
    let request: @Sendable (UInt64?) -> APIRequest
    /// True when a clean end of the answer is the end; otherwise it is an interruption.
    let endsWithAnswer: Bool
    let policy: RetryPolicy

    package func makeAsyncIterator() -> AsyncIterator { AsyncIterator(feed: self) }

    package struct AsyncIterator: AsyncIteratorProtocol {
        private enum State {
            case disconnected(wait: Duration?)
            case connected(HTTPClientResponse.Body.AsyncIterator, Decoder)
            case ended
        }

        private let feed: Feed
        private var state = State.disconnected(wait: nil)
        private var pending: [Decoder.Entry] = []
        private var position: UInt64?
        /// Failures in a row without an entry between them.
        private var failureCount = 0

        init(feed: Feed) { self.feed = feed }

        /// The next entry or interruption; nil after the end. The wait of an interruption passes in the call after it.
        package mutating func next() async throws(ClientError) -> Element? {
            while true {
                if let entry = pending.first {
                    pending.removeFirst()
                    if let passed = Decoder.position(of: entry) { position = Swift.max(position ?? 0, passed) }
                    if Decoder.isLast(entry) {
                        pending = []
                        state = .ended
                    }
                    return .entry(entry)
                }
                do throws(ClientError) {
                    guard try await advance() else { return nil }
                } catch {
                    return try interruption(error)
                }
            }
        }

        /// One step: connects, or reads the next bytes. False at the end.
        private mutating func advance() async throws(ClientError) -> Bool {
            switch state {
            case .ended: return false
            case .disconnected(let delay):
                if let delay { try await feed.client.wait(delay) }
                let response = try await feed.client.send(feed.request(position))
                if response.status == .noContent {
                    state = .ended
                    return false
                }
                state = .connected(response.body.makeAsyncIterator(), Decoder())
            case .connected(var bytes, var decoder):
                guard let chunk = try await read(&bytes) else {
                    if feed.endsWithAnswer {
                        state = .ended
                        return false
                    }
                    throw ClientError(.interrupted, "The server closed the feed.")
                }
                pending = try decoder.decode(chunk)
                if !pending.isEmpty { failureCount = 0 }
                state = .connected(bytes, decoder)
            }
            return true
        }

        private func read(
            _ bytes: inout HTTPClientResponse.Body.AsyncIterator
        ) async throws(ClientError) -> [UInt8]? {
            do {
                guard var chunk = try await bytes.next() else { return nil }
                return chunk.readBytes(length: chunk.readableBytes)
            } catch {
                throw .transport(error, address: feed.client.configuration.address, request: "following the feed")
            }
        }

        private mutating func interruption(_ error: ClientError) throws(ClientError) -> Element {
            failureCount += 1
            guard RetryPolicy.isTransient(error), failureCount < feed.policy.maximumAttempts,
                let delay = feed.policy.delay(
                    afterFailure: failureCount, retryAfter: error.retryAfter, random: feed.client.jitter())
            else {
                state = .ended
                throw error
            }
            state = .disconnected(wait: delay)
            return .interrupted(error, retryingIn: delay)
        }
    }
}

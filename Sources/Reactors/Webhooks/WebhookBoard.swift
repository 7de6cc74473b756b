import Synchronization
import Tracking

/// Where the workers of webhooks hear that something has changed.
final class WebhookBoard: Sendable {
    private let workers = Mutex<[Webhook.ID: AsyncStream<Void>.Continuation]>([:])

    /// The signals of a worker that begins; nil when there is one already. Several that wait are one.
    func open(_ id: Webhook.ID) -> AsyncStream<Void>? {
        workers.withLock { workers in
            guard workers[id] == nil else { return nil }
            let (signals, continuation) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
            workers[id] = continuation
            return signals
        }
    }

    func signal(_ id: Webhook.ID) { _ = workers.withLock { $0[id]?.yield() } }

    func close(_ id: Webhook.ID) { workers.withLock { $0.removeValue(forKey: id)?.finish() } }
}

package import EventLog
import Tracking

/// Reads the log for one feed, whenever its client is ready for more.
///
/// Holds a position and nothing else between two calls: a slow client costs its own task.
package struct FeedReader {
    /// What came of waiting.
    package enum Delivery: Equatable, Sendable {
        case frames([FeedFrame])
        /// Nothing was told for a while.
        case quiet
        /// Everything was told.
        case end
    }

    /// How much is read at a time.
    private static let limit = ReadLimit(count: 256, byteCount: 1 << 20)

    private let store: any EventStore
    private var state: FeedState
    private var isOpened = false

    /// Opens a feed on `store`.
    ///
    /// - Throws: `StorageError` when the log cannot be read.
    package init(_ request: FeedRequest, store: any EventStore) async throws {
        self.store = store
        var outlook: SessionOutlook?
        // The head first: an outlook that knows more than the head is no harm.
        let head = store.head
        if case .session(let id) = request.scope { outlook = try await Self.outlook(of: id, in: store) }
        state = FeedState(request, head: head, outlook: outlook)
    }

    /// What the client knows that has read everything so far.
    package var cursor: FeedCursor { state.cursor }

    /// Whether everything was told already when the feed was opened.
    package var isAtEnd: Bool { state.step == .end }

    /// The next frames; waits for them, at most `patience`.
    ///
    /// - Throws: `StorageError`, `EventCodecError`, or `CancellationError` when the task is cancelled.
    package mutating func next(
        patience: Duration, clock: any Clock<Duration> = ContinuousClock()
    ) async throws -> Delivery {
        guard isOpened else {
            isOpened = true
            return .frames([state.opening])
        }
        let deadline = Patience(patience, clock: clock)
        while true {
            try Task.checkCancellation()
            switch state.step {
            case .end: return .end
            case .wait(let position):
                guard try await deadline.wait(for: store, after: position) else { return .quiet }
                state.wake()
            case .read(let position, let filter):
                let batch = try await store.events(after: position, limit: Self.limit, matching: filter)
                var outlooks: [Session.ID: SessionOutlook] = [:]
                for id in FeedState.endedSessions(in: batch.events) {
                    outlooks[id] = try await Self.outlook(of: id, in: store)
                }
                let frames = try state.receive(batch, outlooks: outlooks)
                if !frames.isEmpty { return .frames(frames) }
            }
        }
    }

    private static func outlook(of id: Session.ID, in store: any EventStore) async throws -> SessionOutlook {
        try SessionOutlook(try await store.allEvents(in: id.stream))
    }
}

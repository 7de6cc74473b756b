import EventLog
import Tracking

/// Reads the log for one feed, whenever its client is ready for more.
///
/// Holds a position and nothing else between two calls: a slow client costs its own task.
package struct FeedReader {
    /// The result of waiting for frames.
    package enum Delivery: Equatable, Sendable {
        case frames([FeedFrame])
        /// Nothing was told for a while.
        case quiet
        /// Everything was told.
        case end
    }

    private let request: FeedRequest
    private let hub: FeedHub
    private var state: FeedState
    private var isOpened = false
    /// The last report within an epoch that was told.
    private var progress: UInt64 = 0

    /// Opens a feed.
    ///
    /// - Throws: `StorageError` when the log cannot be read.
    package init(_ request: FeedRequest, hub: FeedHub) async throws {
        self.request = request
        self.hub = hub
        var ending: LogPosition?
        // The head first: an outlook that knows more than the head is no harm.
        let head = hub.store.head
        if case .session(let id) = request.scope, request.after != nil {
            ending = try await SessionOutlook.current(of: id, in: hub.store, hub.sessions)?.ending
        }
        state = FeedState(request, head: head, ending: ending)
    }

    /// The cursor of a client that has read everything so far.
    package var cursor: FeedCursor { state.cursor }

    /// True once everything was told, which may be so when the feed is opened.
    package var isAtEnd: Bool { state.step == .end }

    /// The next frames; waits for them, at most `patience`. While it waits, frames that other feeds get too go into `sink`.
    ///
    /// - Throws: `StorageError`, `EventCodecError`, or `CancellationError` when the task is cancelled.
    package mutating func next(patience: Duration, to sink: FeedSink? = nil) async throws -> Delivery {
        guard isOpened else {
            isOpened = true
            return .frames([state.opening])
        }
        while true {
            try Task.checkCancellation()
            switch state.step {
            case .end: return .end
            case .wait(let position):
                let told = hub.progress(of: request.scope, after: progress, at: position)
                progress = told.number
                if !told.frames.isEmpty, request.wants(.metrics) { return .frames(told.frames) }
                let (hasGrown, feed) = try await hub.wait(
                    for: request.scope, state, after: position, progress: progress, patience: patience, sink: sink)
                state = feed
                guard hasGrown else { return .quiet }
                state.wake()
            case .read(let position, let filter):
                let batch = try await hub.events(after: position, of: request.scope, matching: filter)
                let frames = try state.receive(batch.events, through: batch.through)
                if !frames.isEmpty { return .frames(frames) }
            }
        }
    }
}

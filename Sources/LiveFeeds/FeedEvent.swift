import EventLog
import Synchronization
package import Tracking

/// An event as feeds tell it, encoded once, however many feeds tell it.
package final class FeedEvent: Sendable {
    private struct State {
        /// Nil for an event that ends nothing, and for an ending that a start has followed.
        var outlook: SessionOutlook?
        var frames: [FeedFrame]?
    }

    package let record: RecordedEvent
    private let state: Mutex<State>

    /// - Parameter outlook: Of the session's current ending, when the event is it.
    package init(_ record: RecordedEvent, outlook: SessionOutlook? = nil) {
        self.record = record
        state = Mutex(State(outlook: outlook))
    }

    /// True when the session ended with it and was not started again.
    package var endsSession: Bool { state.withLock { $0.outlook != nil } }

    /// All of its frames.
    ///
    /// - Throws: When the event cannot be read.
    package func frames() throws(EventCodecError) -> [FeedFrame] {
        let (known, outlook) = state.withLock { ($0.frames, $0.outlook) }
        if let known { return known }
        let frames = try FeedEncoder.frames(of: record, outlook: outlook)
        state.withLock { state in
            if (state.outlook == nil) == (outlook == nil) { state.frames = frames }
        }
        return frames
    }

    /// The session is started again: the ending becomes a status like others.
    func unsetEnding() {
        state.withLock { state in
            guard state.outlook != nil else { return }
            state.outlook = nil
            state.frames = nil
        }
    }
}

extension RecordedEvent {
    /// True for an event that requests the start of a session.
    var isStart: Bool { type == "session.start_requested" }

    /// True for an event that removed content from earlier ones.
    var isRedaction: Bool { type == "session.redacted" }

    /// True for an event that ends a session.
    var isEnding: Bool {
        type == "session.completed" || type == "session.failed" || type == "session.stopped"
    }
}

import Synchronization
import Tracking

/// The events at the end of the log that the database does not have yet: they are on disk in the journal.
///
/// A reader takes a snapshot and then begins its transaction: together they hold everything up to the head that was seen
/// before.
final class LogTail: Sendable {
    /// The end of the log at one moment.
    struct Snapshot: Sendable {
        /// The last position that the database has at least.
        var base: LogPosition
        /// The events after `base`, without a gap, in order.
        var events: [RecordedEvent] = []

        /// The event at `position`; nil when the database has it, and when there is none.
        subscript(position: LogPosition) -> RecordedEvent? {
            guard position > base, position.rawValue - base.rawValue <= UInt64(events.count) else { return nil }
            return events[Int(position.rawValue - base.rawValue) - 1]
        }

        /// The events after `position` up to `head`, in order.
        func events(after position: LogPosition, through head: LogPosition) -> ArraySlice<RecordedEvent> {
            let end = min(events.count, Int(clamping: Int64(head.rawValue) - Int64(base.rawValue)))
            let start = max(0, Int(clamping: Int64(position.rawValue) - Int64(base.rawValue)))
            return start < end ? events[start..<end] : []
        }
    }

    private let state: Mutex<Snapshot>

    /// The database has everything up to `base`.
    init(after base: LogPosition) { state = Mutex(Snapshot(base: base)) }

    var snapshot: Snapshot { state.withLock { $0 } }

    /// Adds the events of a group that is on disk in the journal, the next ones of the log.
    func add(_ events: [RecordedEvent]) {
        state.withLock { $0.events += events }
    }

    /// Forgets everything, after the database got all up to `base`.
    func forget(upTo base: LogPosition) {
        let gone = state.withLock { state in
            defer { state = Snapshot(base: base) }
            return state.events
        }
        // Freed outside the lock.
        _ = consume gone
    }
}

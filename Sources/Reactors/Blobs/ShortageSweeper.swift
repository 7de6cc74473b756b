package import Application
import EventLog
package import Logging
import Synchronization
import Tracking

/// Deletes what nothing in the log refers to any more soon, while the disk has less room than must stay free: so that
/// deleting a checkpoint makes room within two minutes, not within a day.
///
/// It sweeps again only after the log has moved, since nothing else lets go of a blob.
package final class ShortageSweeper: Reactor {
    /// The time that a blob is kept when nothing refers to it: long enough for a server that failed to end.
    private static let grace = Duration.seconds(60)

    package let name = "shortage-sweeper"
    package let interval: Duration? = .seconds(10)

    private let core: TrackerCore
    private let sweeper: BlobSweeper
    /// The log's head when it was looked at last, and since when it has been there.
    private let last = Mutex<(head: LogPosition, seenAt: Timestamp)?>(nil)

    package init(_ core: TrackerCore, logger: Logger) {
        self.core = core
        sweeper = BlobSweeper(core, logger: logger)
    }

    package func tick() async throws {
        guard try core.room.reading().isShort else { return }
        let (head, now) = (core.store.head, core.now())
        let isSettled = last.withLock { last in
            if last?.head != head { last = (head, now) }
            // What was young at first is old enough by then.
            return last.map { $0.seenAt.advanced(by: Self.grace * 2) < now } ?? false
        }
        if !isSettled { try await sweeper.sweep(olderThan: Self.grace) }
    }
}

package import LMDB

/// The options by which the read models follow the log.
package struct ReadModelOptions: Sendable {
    /// The longest that new events may wait for others before they are written together, unless a reader waits.
    package var pace = Duration.milliseconds(20)
    /// The most that is read of the log at once: bytes of payload, and events.
    package var batchByteCount = 4 << 20
    package var batchCount = 8192
    /// The pause before going on after the disk refused.
    package var pauseAfterFailure = Duration.seconds(1)
    /// The pool in which snapshots are read.
    package var readers = ReaderPool()
    /// The pool in which long answers are read and written, piece by piece.
    package var longReaders = ReaderPool(threadCount: 2)
    /// The most long answers at a time.
    package var maximumLongReads = 64
    /// The ways to open the rows. A power loss may undo the last commit, which the log then makes again; damage is found, and
    /// the rows are then built again.
    package var environment = EnvironmentOptions()

    package init() {
        environment.syncsMetaPage = false
        environment.findsDamage = true
    }
}

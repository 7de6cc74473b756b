import Glibc
package import LMDB
package import Tracking

/// The ways to open an LMDB event store. The defaults are a server's; tests replace what is outside the process.
package struct EventLogOptions: Sendable {
    package var bounds = EventLogBounds()
    package var environment = EnvironmentOptions()
    /// Asked before each operation on the journal; another answer than 0 is the error it fails with. For tests of failures.
    package var journalFault: @Sendable (JournalOperation) -> Int32 = { _ in 0 }
    /// The threads that read.
    package var readers = ReaderPool()
    package var probe: any FileSystemProbe = SystemFileSystemProbe()
    /// The clock behind `recordedAt`.
    package var clock: @Sendable () -> Timestamp = EventLogOptions.systemClock
    /// The source of the payloads' salts.
    package var salt: @Sendable () -> Salt = EventLogOptions.systemSalts()
    /// The name of this release, kept beside what it writes first, such as `1.4.0`.
    package var release = "0.1.0"
    /// The newest schema version of every event type that this binary knows; nil to open a log whatever it holds.
    package var schemaVersions: [String: UInt32]?
    /// True to write appends only in calls of `step()`: for a simulation on one thread.
    package var isStepped = false
    /// Called while a log that is opened gets its tree, with the position reached and the one to reach.
    package var treeProgress: @Sendable (LogPosition, LogPosition) -> Void = { _, _ in }
    /// Called once, from the writer, when the log stopped for good and the process must end.
    package var onFailure: @Sendable (LogFailure) -> Void = { _ in }
    /// Called at each named moment of writing: for crash tests.
    package var reach: @Sendable (FailurePoint) -> Void = { _ in }

    package init() {
        environment.checksStructure = true
        // Some tens of milliseconds of a start.
        environment.checkedByteCount = 64 << 20
    }

    /// The system's clock, in UTC.
    package static let systemClock: @Sendable () -> Timestamp = {
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        return Timestamp(rawValue: Int64(now.tv_sec) * 1_000_000 + Int64(now.tv_nsec) / 1000)
    }

    /// A source of random salts from the system, asked for many at a time.
    package static func systemSalts() -> @Sendable () -> Salt {
        let pool = SaltPool()
        return { pool.next() }
    }
}

import Synchronization
package import Tracking

/// A time of day, and a time that never jumps, which both stand still until a test moves them.
package final class ManualClock: Sendable {
    private let passed = Mutex(Duration.zero)

    package init() {}

    /// What has passed since the test began.
    package var elapsed: Duration { passed.withLock { $0 } }

    /// The time of day; a test begins at a round one.
    package var now: Timestamp { Timestamp(secondsSince1970: 1_700_000_000).advanced(by: elapsed) }

    package func advance(by duration: Duration) { passed.withLock { $0 += duration } }
}

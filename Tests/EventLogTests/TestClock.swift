import Synchronization
import Tracking

/// A clock that stands still until it is set.
final class TestClock: Sendable {
    private let time = Atomic<Int64>(1_000_000)

    var now: Timestamp {
        get { Timestamp(rawValue: time.load(ordering: .sequentiallyConsistent)) }
        set { time.store(newValue.rawValue, ordering: .sequentiallyConsistent) }
    }
}

import Synchronization
import Tracking

/// A clock that a test sets.
final class TestClock: Sendable {
    private let moment = Mutex(Timestamp(secondsSince1970: 1_700_000_000))

    var now: Timestamp { moment.withLock { $0 } }

    func advance(by duration: Duration) { moment.withLock { $0 = $0.advanced(by: duration) } }
}

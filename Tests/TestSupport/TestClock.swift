import Synchronization
package import Tracking

/// A clock that stands still until a test moves it.
package final class TestClock: Sendable {
    private let moment: Mutex<Timestamp>

    package init(_ now: Timestamp = Timestamp(secondsSince1970: 1_700_000_000)) { moment = Mutex(now) }

    package var now: Timestamp {
        get { moment.withLock { $0 } }
        set { moment.withLock { $0 = newValue } }
    }

    package func advance(by duration: Duration) { moment.withLock { $0 = $0.advanced(by: duration) } }
}

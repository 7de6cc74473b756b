import EventLog
import Synchronization

/// The failure points that were reached, in order.
final class ReachedPoints: Sendable {
    private let state = Mutex<[FailurePoint]>([])

    var points: [FailurePoint] { state.withLock { $0 } }

    func add(_ point: FailurePoint) { state.withLock { $0.append(point) } }
}

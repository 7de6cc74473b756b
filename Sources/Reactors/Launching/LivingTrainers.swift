import Synchronization
import Tracking

/// The processes that a launcher has started and still waits for, one a session at most.
final class LivingTrainers: Sendable {
    private let processIDs = Mutex<[Session.ID: UInt32]>([:])

    func keep(_ processID: UInt32, of session: Session.ID) {
        processIDs.withLock { $0[session] = processID }
    }

    func forget(_ session: Session.ID) {
        processIDs.withLock { $0[session] = nil }
    }

    /// The session's living process; nil when there is none.
    func processID(of session: Session.ID) -> UInt32? {
        processIDs.withLock { $0[session] }
    }
}

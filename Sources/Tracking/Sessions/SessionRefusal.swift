/// The reason that a session does not do what was asked: never a failure of disk or network.
package enum SessionRefusal: Error, Equatable, CustomStringConvertible {
    case unknownSession
    case alreadyCreated
    case archived
    /// It was taken over from another server, where it may be trained.
    case imported
    /// The session's status does not allow it.
    case wrongStatus(action: String, status: Session.Status, remedy: String)
    /// Another attempt holds the lease.
    case leaseHeld(attempt: UInt32)
    /// The speaker's attempt is not the one that trains now.
    case staleAttempt(UInt32, current: UInt32?)
    /// The token is not the one of the claim.
    case wrongToken
    case epochOutOfOrder(epoch: UInt32, last: UInt32)
    case unknownCheckpoint(String)
    case unknownArtifact(String)
    /// A field's value cannot be.
    case invalid(field: String, reason: String)

    package var description: String {
        switch self {
        case .unknownSession: "there is no such session"
        case .alreadyCreated: "a session with this id exists already"
        case .archived: "the session is archived and cannot be changed"
        case .imported:
            "the session was imported from another server and is not trained here: create a session that continues one "
                + "of its checkpoints (checkpoint_id)"
        case .wrongStatus(let action, let status, let remedy):
            "a session that is \(status.rawValue) cannot \(action)" + (remedy.isEmpty ? "" : ": " + remedy)
        case .leaseHeld(let attempt):
            "attempt \(attempt) holds the session's lease; claim again when it has ended or its lease has expired"
        case .staleAttempt(let attempt, let current):
            if let current {
                "attempt \(attempt) no longer trains this session, attempt \(current) does: stop this process"
            } else {
                "attempt \(attempt) no longer trains this session: stop this process or claim a new attempt"
            }
        case .wrongToken: "the lease token is not the one given when the attempt was claimed"
        case .epochOutOfOrder(let epoch, let last):
            "epoch \(epoch) cannot follow epoch \(last): epochs are reported once each, in ascending order"
        case .unknownCheckpoint(let id): "the session has no checkpoint \(id)"
        case .unknownArtifact(let path): "the session has no artifact '\(path)'"
        case .invalid(let field, let reason): "\(field): \(reason)"
        }
    }
}

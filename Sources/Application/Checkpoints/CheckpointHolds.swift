import EventLog
import ReadModels
import Synchronization
import Tracking

/// Keeps apart, for each session, the setting of aliases and the deletion of checkpoints: each looks at what the other has
/// written before it writes to a stream of its own, so that the two must not overlap. Either may overlap with itself.
package final class CheckpointHolds: Sendable {
    enum Use: Equatable {
        case promotion, deletion
    }

    private let uses = Mutex<[Session.ID: (use: Use, count: Int)]>([:])

    package init() {}

    /// Returns what `body` does while nothing of the other use goes on in `session`.
    ///
    /// - Throws: `checkpointsBusy` at once when something does, and what `body` throws.
    func holding<Value>(
        _ session: Session.ID, for use: Use, _ body: () async throws -> Value
    ) async throws -> Value {
        let isFree = uses.withLock { uses in
            let (present, count) = uses[session] ?? (use, 0)
            guard present == use else { return false }
            uses[session] = (use, count + 1)
            return true
        }
        guard isFree else { throw TrackerError.checkpointsBusy(session) }
        defer {
            uses.withLock { uses in
                let count = (uses[session]?.count ?? 1) - 1
                uses[session] = count > 0 ? (use, count) : nil
            }
        }
        return try await body()
    }
}

extension TrackerCore {
    /// Checks that no alias points at the checkpoint, or with nil at any of the session's, as of now.
    ///
    /// - Throws: `aliased` with the aliases that do.
    func checkUnaliased(_ session: Session.ID, _ checkpoint: Checkpoint.ID? = nil) async throws {
        let aliases = try await read(after: store.head) { snapshot in
            try snapshot.aliases(ofSession: session.text, checkpoint: checkpoint?.text)
        }
        guard aliases.isEmpty else { throw TrackerError.aliased(session, checkpoint, by: aliases) }
    }
}

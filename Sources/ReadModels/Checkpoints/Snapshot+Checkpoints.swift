import LMDB
package import Tracking

extension ReadModelSnapshot {
    /// The checkpoints of a session in the order they were saved, or with nil those of all sessions. Deleted ones are left
    /// out, and superseded ones unless they are asked for.
    package func checkpoints(
        of id: Session.ID?, includesSuperseded: Bool = false
    ) throws(ReadModelError) -> [CheckpointEntry] {
        var documents: [CheckpointDocument] = []
        var entries: [CheckpointEntry] = []
        do throws(LMDBError) {
            if let id {
                try transaction.forEachCheckpoint(of: id.text, through: position, in: tables) { documents.append($0) }
            } else {
                try transaction.forEachVersion(
                    of: DocumentKind.checkpoint.prefix, through: position, in: tables
                ) { (bytes) throws(LMDBError) in
                    documents.append(try transaction.decoded(bytes, as: CheckpointDocument.self))
                    return .next
                }
                documents.sort { $0.createdPosition < $1.createdPosition }
            }
            var sessions: [String: (SessionDocument, SessionTimeline)] = [:]
            for document in documents where !document.deleted {
                if sessions[document.sessionID] == nil {
                    let session = try transaction.session(
                        document.sessionID, through: position, in: tables, isWhole: false)
                    guard let session else { continue }
                    sessions[document.sessionID] = (session, session.timeline)
                }
                guard let (session, timeline) = sessions[document.sessionID] else { continue }
                let entry = CheckpointEntry(document, of: session, timeline)
                if includesSuperseded || !entry.isSuperseded { entries.append(entry) }
            }
        } catch {
            throw ReadModelError(error)
        }
        return entries
    }

    /// The checkpoint called `id`, also when it is superseded or deleted; nil when there never was one.
    package func checkpoint(_ id: Checkpoint.ID) throws(ReadModelError) -> CheckpointEntry? {
        do throws(LMDBError) {
            guard
                let document = try transaction.version(
                    of: DocumentKind.checkpoint.key(id.text), through: position, in: tables, as: CheckpointDocument.self
                )
            else { return nil }
            let session =
                try transaction.session(document.sessionID, through: position, in: tables, isWhole: false)
                ?? SessionDocument()
            return CheckpointEntry(document, of: session, session.timeline)
        } catch {
            throw ReadModelError(error)
        }
    }
}

import LMDB
import SwiftProtobuf
import Tracking

/// Models with their aliases, the history of these, and which aliases point at a checkpoint.
enum ModelProjection: Projection {
    static let version = 1

    static func apply(_ event: ProjectedEvent, to rows: borrowing RowWriter) throws(LMDBError) {
        guard case .model(let body) = event.body else { return }
        let change = ModelAliasDocument.with {
            switch body {
            case .aliasSet(let set):
                ($0.alias, $0.checkpointID, $0.sessionID) = (set.alias, set.checkpointID, set.sessionID)
                ($0.digest, $0.reason, $0.by) = (set.digest, set.reason, set.by)
                $0.previousCheckpointID = set.previousCheckpointID
            case .aliasRemoved(let removed):
                ($0.alias, $0.reason, $0.by) = (removed.alias, removed.reason, removed.by)
                $0.previousCheckpointID = removed.previousCheckpointID
            }
            $0.actor = event.record.actor
            $0.setAt = event.record.time.rawValue
            $0.position = event.position.rawValue
        }
        let key = DocumentKind.model.key(event.identity)
        var model =
            try rows.transaction.version(of: key, through: event.position, in: rows.tables, as: ModelDocument.self)
            ?? ModelDocument.with {
                $0.name = event.identity
                $0.createdAt = change.setAt
                $0.createdPosition = change.position
            }
        let earlier = model.aliases.first { $0.alias == change.alias }
        model.aliases.removeAll { $0.alias == change.alias }
        if !change.checkpointID.isEmpty {
            model.aliases.append(change)
            model.aliases.sort { $0.alias < $1.alias }
        }
        model.changeCount += 1
        model.updatedAt = change.setAt
        model.lastPosition = change.position
        try rows.put(model, as: key, at: event.position)
        try rows.put(
            change, as: DocumentKind.modelChange.key(event.identity).appending(model.changeCount), at: event.position)

        let name = "\(event.identity)@\(change.alias)"
        if let earlier, earlier.checkpointID != change.checkpointID {
            try mark(earlier, as: name, isPointing: false, event, rows)
        }
        if !change.checkpointID.isEmpty { try mark(change, as: name, isPointing: true, event, rows) }
    }

    /// Writes that the alias called `name` points, or no longer points, at the checkpoint of `target`.
    private static func mark(
        _ target: ModelAliasDocument, as name: String, isPointing: Bool, _ event: ProjectedEvent,
        _ rows: borrowing RowWriter
    ) throws(LMDBError) {
        let key = DocumentKind.checkpointAliases.key(target.sessionID, target.checkpointID)
        var document =
            try rows.transaction.version(
                of: key, through: event.position, in: rows.tables, as: CheckpointAliasesDocument.self)
            ?? CheckpointAliasesDocument.with { $0.checkpointID = target.checkpointID }
        document.names.removeAll { $0 == name }
        if isPointing {
            document.names.append(name)
            document.names.sort()
        }
        try rows.put(document, as: key, at: event.position)
    }
}

import LMDB
import SwiftProtobuf
import Tracking

/// Checkpoints: one entry an epoch, uploads apart, and which is the session's best.
enum CheckpointProjection: Projection {
    static let version = 1

    static func apply(_ event: ProjectedEvent, to rows: borrowing RowWriter) throws(LMDBError) {
        guard case .session(let body) = event.body else { return }
        switch body {
        case .checkpointSaved(let saved): try save(saved, event, rows)
        case .checkpointDeleted(let deleted): try delete(deleted, event, rows)
        default: break
        }
    }

    private static func save(
        _ saved: CheckpointSaved, _ event: ProjectedEvent, _ rows: borrowing RowWriter
    ) throws(LMDBError) {
        var document = CheckpointDocument.with {
            $0.checkpointID = saved.checkpointID
            $0.sessionID = event.identity
            $0.attempt = saved.attempt
            $0.epoch = saved.epoch
            $0.step = saved.step
            $0.digest = saved.digest
            $0.byteCount = saved.byteCount
            $0.storedByteCount = saved.storedByteCount
            $0.fileName = saved.fileName
            $0.metrics = Metrics.sorted(saved.metrics)
            $0.marks = saved.marks
            $0.format = saved.format
            $0.architecture = saved.architecture
            $0.createdAt = event.record.recordedAt.rawValue
            $0.createdPosition = event.position.rawValue
            $0.lastPosition = event.position.rawValue
        }
        if let earlier = try checkpoint(saved.checkpointID, rows) {
            document.createdAt = earlier.createdAt
            document.createdPosition = earlier.createdPosition
        }
        if saved.attempt > 0 {
            let place = ListKeys.checkpoint(of: event.identity, epoch: saved.epoch).bytes
            let id = try rows.transaction.value(for: place, in: rows.tables.indexes)
                .map { String(decoding: $0, as: UTF8.self) }
            if let id, id != saved.checkpointID, var earlier = try checkpoint(id, rows), !earlier.deleted {
                if earlier.digest == document.digest {
                    document.marks = earlier.marks + document.marks.filter { !earlier.marks.contains($0) }
                }
                earlier.superseded = true
                earlier.lastPosition = event.position.rawValue
                try rows.put(earlier, as: DocumentKind.checkpoint.key(id), at: event.position)
            }
            try rows.transaction.put(Array(saved.checkpointID.utf8), for: place, in: rows.tables.indexes)
        }
        try rows.put(document, as: DocumentKind.checkpoint.key(saved.checkpointID), at: event.position)
        try rows.transaction.put(
            Array(saved.checkpointID.utf8),
            for: ListKeys.checkpoints(of: event.identity).appending(document.createdPosition).bytes,
            in: rows.tables.indexes)
        try judge(event, rows)
    }

    private static func delete(
        _ deleted: CheckpointDeleted, _ event: ProjectedEvent, _ rows: borrowing RowWriter
    ) throws(LMDBError) {
        guard var document = try checkpoint(deleted.checkpointID, rows) else { return }
        document.deleted = true
        document.deletionReason = deleted.reason
        document.lastPosition = event.position.rawValue
        try rows.put(document, as: DocumentKind.checkpoint.key(deleted.checkpointID), at: event.position)
        try judge(event, rows)
    }

    private static func checkpoint(_ id: String, _ rows: borrowing RowWriter) throws(LMDBError) -> CheckpointDocument? {
        try rows.transaction.version(
            of: DocumentKind.checkpoint.key(id), through: LogPosition(.max), in: rows.tables,
            as: CheckpointDocument.self)
    }

    /// Finds the session's best checkpoint anew.
    private static func judge(_ event: ProjectedEvent, _ rows: borrowing RowWriter) throws(LMDBError) {
        guard var session = try rows.session(event.identity), !session.monitor.isEmpty else { return }
        var best: (id: String, value: Double)?
        try rows.transaction.forEachCheckpoint(of: event.identity, through: event.position, in: rows.tables) {
            document in
            guard !document.deleted, !document.superseded,
                let value = document.metrics.last(where: { $0.name == session.monitor })?.value, value.isFinite
            else { return }
            if let best, session.monitorMaximum ? value <= best.value : value >= best.value { return }
            best = (document.checkpointID, value)
        }
        let id = best?.id ?? ""
        guard id != session.bestCheckpointID else { return }
        session.bestCheckpointID = id
        try rows.put(session, for: event, settingsChanged: false)
    }
}

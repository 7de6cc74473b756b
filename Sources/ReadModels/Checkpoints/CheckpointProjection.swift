import LMDB
import SwiftProtobuf
import Tracking

/// Checkpoints: one entry an epoch, uploads apart; which is the session's best, and which one a new attempt goes on from.
enum CheckpointProjection: Projection {
    static let version = 2

    static func apply(_ event: ProjectedEvent, to rows: borrowing RowWriter) throws(LMDBError) {
        guard case .session(let body) = event.body else { return }
        switch body {
        case .checkpointSaved(let saved): try save(saved, event, rows)
        case .checkpointDeleted(let deleted): try delete(deleted, event, rows)
        case .attemptStarted: try judge(event, rows)
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
            $0.completedEpochs = saved.completedEpochs
            $0.digest = saved.digest
            $0.byteCount = saved.byteCount
            $0.storedByteCount = saved.storedByteCount
            if saved.hasAddedByteCount { $0.addedByteCount = saved.addedByteCount }
            $0.fileName = saved.fileName
            $0.metrics = Metrics.sorted(saved.metrics)
            $0.marks = saved.marks
            $0.format = saved.format
            $0.architecture = saved.architecture
            $0.createdAt = event.record.firstRecordedAt.rawValue
            $0.createdPosition = event.position.rawValue
            $0.lastPosition = event.position.rawValue
        }
        if let earlier = try checkpoint(saved.checkpointID, rows) {
            document.createdAt = earlier.createdAt
            document.createdPosition = earlier.createdPosition
        }
        var replaced = saved.checkpointID
        if saved.attempt > 0 {
            let place = ListKeys.checkpoint(of: event.identity, epoch: saved.epoch).bytes
            let id = try rows.transaction.value(for: place, in: rows.tables.indexes)
                .map { String(decoding: $0, as: UTF8.self) }
            if let id, id != saved.checkpointID, var earlier = try checkpoint(id, rows), !earlier.deleted {
                if earlier.digest == document.digest {
                    document.marks = earlier.marks + document.marks.filter { !earlier.marks.contains($0) }
                }
                earlier.replaced = true
                earlier.lastPosition = event.position.rawValue
                try rows.put(earlier, as: DocumentKind.checkpoint.key(id), at: event.position)
                replaced = id
            }
            try rows.transaction.put(Array(saved.checkpointID.utf8), for: place, in: rows.tables.indexes)
        }
        try rows.put(document, as: DocumentKind.checkpoint.key(saved.checkpointID), at: event.position)
        try rows.transaction.put(
            Array(saved.checkpointID.utf8),
            for: ListKeys.checkpoints(of: event.identity).appending(document.createdPosition).bytes,
            in: rows.tables.indexes)
        try judge(document, replacing: replaced, event, rows)
    }

    private static func delete(
        _ deleted: CheckpointDeleted, _ event: ProjectedEvent, _ rows: borrowing RowWriter
    ) throws(LMDBError) {
        guard var document = try checkpoint(deleted.checkpointID, rows) else { return }
        document.deleted = true
        document.deletionReason = deleted.reason
        document.lastPosition = event.position.rawValue
        try rows.put(document, as: DocumentKind.checkpoint.key(deleted.checkpointID), at: event.position)
        guard let session = try rows.session(event.identity),
            [session.bestCheckpointID, session.lastCheckpointID].contains(deleted.checkpointID)
        else { return }
        try judge(event, rows)
    }

    private static func checkpoint(_ id: String, _ rows: borrowing RowWriter) throws(LMDBError) -> CheckpointDocument? {
        try rows.transaction.version(
            of: DocumentKind.checkpoint.key(id), through: LogPosition(.max), in: rows.tables,
            as: CheckpointDocument.self)
    }

    /// The checkpoints that stand out among those that count.
    private struct Judgement {
        let monitor: String
        let isMaximum: Bool
        var best: CheckpointDocument?
        var last: CheckpointDocument?

        mutating func take(_ document: CheckpointDocument) {
            if document.attempt > 0, document.step >= last?.step ?? 0 { last = document }
            guard let new = value(of: document) else { return }
            if let best, let old = value(of: best), isMaximum ? new <= old : new >= old { return }
            best = document
        }

        private func value(of document: CheckpointDocument) -> Double? {
            document.metrics.last { $0.name == monitor && $0.value.isFinite }?.value
        }
    }

    /// Compares a new checkpoint with those that stand out. All are looked at only when it takes the place of one of them.
    private static func judge(
        _ document: CheckpointDocument, replacing replaced: String, _ event: ProjectedEvent,
        _ rows: borrowing RowWriter
    ) throws(LMDBError) {
        guard let session = try rows.session(event.identity) else { return }
        let (best, last) = (session.bestCheckpointID, session.lastCheckpointID)
        guard replaced != best, replaced != last else { return try judge(event, rows) }
        var judgement = Judgement(
            monitor: session.monitor, isMaximum: session.monitorMaximum,
            best: best.isEmpty ? nil : try checkpoint(best, rows), last: last.isEmpty ? nil : try checkpoint(last, rows)
        )
        judgement.take(document)
        try keep(judgement, of: session, event, rows)
    }

    /// Finds anew which of the session's checkpoints stand out.
    private static func judge(_ event: ProjectedEvent, _ rows: borrowing RowWriter) throws(LMDBError) {
        guard let session = try rows.session(event.identity) else { return }
        let timeline = session.timeline
        var judgement = Judgement(monitor: session.monitor, isMaximum: session.monitorMaximum)
        try rows.transaction.forEachCheckpoint(of: event.identity, through: event.position, in: rows.tables) {
            document in
            if !document.deleted, timeline.counts(document) { judgement.take(document) }
        }
        try keep(judgement, of: session, event, rows)
    }

    private static func keep(
        _ judgement: Judgement, of session: SessionDocument, _ event: ProjectedEvent, _ rows: borrowing RowWriter
    ) throws(LMDBError) {
        var changed = session
        changed.bestCheckpointID = judgement.best?.checkpointID ?? ""
        changed.lastCheckpointID = judgement.last?.checkpointID ?? ""
        let marks = [changed.bestCheckpointID, changed.lastCheckpointID]
        guard marks != [session.bestCheckpointID, session.lastCheckpointID] else { return }
        try rows.put(changed, for: event, changed: [.marks])
    }
}

import LMDB
import SwiftProtobuf
import Tracking

/// Writes the rows of one batch for the projections, in one transaction.
struct RowWriter: ~Copyable {
    let transaction: WriteTransaction
    let tables: Tables
    let cache: RowCache

    /// Makes everything written visible and durable together with the position it belongs to.
    consuming func commit(through position: LogPosition) throws(LMDBError) {
        try cache.series.flush(to: transaction, tables)
        try cache.summaries.flush(to: transaction, tables)
        try transaction.setCounter(MetaRows.position, to: position.rawValue, in: tables)
        try transaction.commit()
    }

    /// Writes a version of a document.
    func put(
        _ document: some SwiftProtobuf.Message, as key: RowKey, at position: LogPosition
    ) throws(LMDBError) {
        let bytes = try document.rowBytes(transaction.path)
        try transaction.put(bytes, for: key.appending(position.rawValue).bytes, in: tables.documents)
    }

    /// The session called `id` as the events so far made it.
    func session(_ id: String) throws(LMDBError) -> SessionDocument? {
        if let known = cache.session(id) { return known }
        let session = try transaction.session(id, through: LogPosition(.max), in: tables)
        if let session { cache.keep(session, for: id) }
        return session
    }

    /// Writes a session's version made by `event`, and its settings when they changed too.
    func put(_ session: SessionDocument, for event: ProjectedEvent, settingsChanged: Bool) throws(LMDBError) {
        var session = session
        session.lastPosition = event.position.rawValue
        session.updatedAt = event.record.recordedAt.rawValue
        let id = event.identity
        try put(session.withoutSettings, as: DocumentKind.session.key(id), at: event.position)
        if settingsChanged {
            try put(session.settings, as: DocumentKind.sessionSettings.key(id), at: event.position)
        }
        let key = SessionIndexRow.key(id).bytes
        if session.deleted {
            _ = try transaction.delete(key, in: tables.indexes)
        } else {
            try transaction.put(SessionIndexRow(session).bytes, for: key, in: tables.indexes)
        }
        cache.keep(session, for: id)
    }
}

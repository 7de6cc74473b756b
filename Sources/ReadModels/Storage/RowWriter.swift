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
        try cache.summaries.flush(to: transaction, tables, cache.columns)
        try cache.columns.flush(to: transaction, tables)
        try transaction.setCounter(MetaRows.position, to: position.rawValue, in: tables)
        cache.age()
        try transaction.commit()
    }

    /// Writes a version of a document.
    func put(
        _ document: some SwiftProtobuf.Message, as key: RowKey, at position: LogPosition
    ) throws(LMDBError) {
        let bytes = try document.rowBytes(transaction.path)
        try transaction.put(bytes, for: key.appending(position.rawValue).bytes, in: tables.documents)
    }

    /// The session called `id` as the events so far made it; it gets a number when it has none yet.
    func knownSession(_ id: String) throws(LMDBError) -> RowCache.KnownSession {
        if let known = cache.session(id) { return known }
        let session: RowCache.KnownSession
        if let number = try transaction.number(ofSession: id, in: tables) {
            session = RowCache.KnownSession(
                number: number, document: try transaction.session(number, through: LogPosition(.max), in: tables))
        } else {
            let count = try transaction.counter(MetaRows.sessionCount, in: tables)
            session = RowCache.KnownSession(number: SessionNumber(rawValue: UInt32(count)))
            try transaction.put(
                withUnsafeBytes(of: session.number.rawValue.bigEndian) { Array($0) },
                for: ListKeys.number(of: id).bytes,
                in: tables.indexes)
            try transaction.setCounter(MetaRows.sessionCount, to: count + 1, in: tables)
        }
        cache.keep(session, for: id)
        return session
    }

    /// The document of the session called `id` as the events so far made it; nil before its creation.
    func session(_ id: String) throws(LMDBError) -> SessionDocument? { try knownSession(id).document }

    /// Writes what `event` changed of a session: parts of its document, and its cells in the table of sessions.
    func put(_ session: SessionDocument, for event: ProjectedEvent, changed parts: [SessionPart]) throws(LMDBError) {
        var known = try knownSession(event.identity)
        let old = known.document
        for part in parts {
            try put(part.fields(of: session), as: part.kind.key(known.number), at: event.position)
        }
        try SessionColumns.changes(
            from: old.flatMap { $0.deleted ? nil : $0 }, to: session.deleted ? nil : session, in: parts
        ) { (column, cell) throws(LMDBError) in
            try cache.columns.set(column, of: known.number, to: cell, in: transaction, tables)
        }
        try noteChange(of: RowCache.KnownSession(number: known.number, document: session), at: event.position)
        try requeue(event.identity, from: old?.queuedPosition ?? 0, to: session.deleted ? 0 : session.queuedPosition)
        known.document = session
        cache.keep(known, for: event.identity)
    }

    /// Notes that something changed of a session that lists go by.
    func noteChange(of session: RowCache.KnownSession, at position: LogPosition) throws(LMDBError) {
        try cache.columns.note(
            changeOf: session.number, createdAt: session.document?.createdPosition ?? 0, at: position, in: transaction,
            tables)
    }

    /// Moves a session in the queue; its place is the position at which it was queued, 0 for none.
    private func requeue(_ id: String, from old: UInt64, to new: UInt64) throws(LMDBError) {
        guard old != new else { return }
        if old > 0 { try transaction.delete(ListKeys.queue.appending(old).bytes, in: tables.indexes) }
        if new > 0 { try transaction.put(Array(id.utf8), for: ListKeys.queue.appending(new).bytes, in: tables.indexes) }
    }
}

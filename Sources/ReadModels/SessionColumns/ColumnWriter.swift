import LMDB
import Tracking

/// Puts cells into the columns of the table of sessions. It belongs to the writer alone.
///
/// Rows are read when a cell of theirs first changes, and written once a batch. In steady work the sessions that change are
/// the newest ones, which share their rows, so that a batch writes about a row for each column whatever the number of sessions.
final class ColumnWriter {
    /// A row, and whether it differs from what is stored.
    private final class Row {
        enum Content {
            case cells(CellChunk)
            case metric(MetricChunk)
            case changes(ChangeChunk)
        }

        let key: [UInt8]
        let content: Content
        var isChanged = false

        init(_ key: [UInt8], _ content: Content) {
            self.key = key
            self.content = content
        }
    }

    /// A row of cells takes 2 KB and what its texts take.
    private var rows = GenerationCache<[UInt8], Row>(generationSize: 512)
    private var changed: [Row] = []

    /// Puts the cell of a session; an empty one takes it away.
    func set(
        _ column: SessionColumnKey, of session: SessionNumber, to cell: [UInt8],
        in transaction: borrowing WriteTransaction, _ tables: Tables
    ) throws(LMDBError) {
        let row = try row(column, session, transaction, tables) { bytes in
            guard let bytes else { return .cells(CellChunk()) }
            return CellChunkView(bytes).map { .cells(CellChunk($0)) }
        }
        guard case .cells(let chunk) = row.content else { return }
        if chunk.set(session.place, to: cell) { note(row) }
    }

    /// Puts what a session has of a metric.
    func set(
        _ summary: MetricSummary, of session: SessionNumber, isMaximized: Bool,
        in transaction: borrowing WriteTransaction, _ tables: Tables
    ) throws(LMDBError) {
        let row = try row(.metric(summary.name), session, transaction, tables) { bytes in
            guard let bytes else { return .metric(MetricChunk()) }
            return MetricChunkView(bytes).map { .metric(MetricChunk($0)) }
        }
        guard case .metric(let chunk) = row.content else { return }
        if chunk.set(session.place, to: summary, isMaximized: isMaximized) { note(row) }
    }

    /// Notes that something changed of a session that lists go by.
    ///
    /// - Parameter creation: The position at which it was created; 0 when it was not.
    func note(
        changeOf session: SessionNumber, createdAt creation: UInt64, at position: LogPosition,
        in transaction: borrowing WriteTransaction, _ tables: Tables
    ) throws(LMDBError) {
        let row = try row(.changes, session, transaction, tables) { bytes in
            guard let bytes else { return .changes(ChangeChunk()) }
            return ChangeChunkView(bytes).map { .changes(ChangeChunk($0)) }
        }
        guard case .changes(let chunk) = row.content else { return }
        chunk.note(session.place, createdAt: creation, changedAt: position)
        note(row)
    }

    /// Writes what is not written yet; the transaction can then be committed.
    func flush(to transaction: borrowing WriteTransaction, _ tables: Tables) throws(LMDBError) {
        for row in changed {
            let bytes =
                switch row.content {
                case .cells(let chunk): chunk.bytes
                case .metric(let chunk): chunk.bytes
                case .changes(let chunk): chunk.bytes
                }
            if bytes.isEmpty {
                try transaction.delete(row.key, in: tables.columns)
            } else {
                try transaction.put(bytes, for: row.key, in: tables.columns)
            }
            row.isChanged = false
        }
        changed.removeAll(keepingCapacity: true)
        rows.age()
    }

    /// Forgets everything.
    func clear() {
        rows.removeAll()
        changed = []
    }

    private func note(_ row: Row) {
        guard !row.isChanged else { return }
        row.isChanged = true
        changed.append(row)
    }

    private func row(
        _ column: SessionColumnKey, _ session: SessionNumber, _ transaction: borrowing WriteTransaction,
        _ tables: Tables, _ read: (UnsafeRawBufferPointer?) -> Row.Content?
    ) throws(LMDBError) -> Row {
        let key = column.row.appending(session.chunk).bytes
        if let known = rows.value(for: key) { return known }
        let stored = try transaction.withValue(for: key, in: tables.columns) { read($0) }
        guard let content = stored ?? read(nil) else { throw transaction.damagedRow("a column of sessions") }
        let row = Row(key, content)
        rows.keep(row, for: key)
        return row
    }
}

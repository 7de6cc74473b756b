import LMDB
import Tracking

/// Columns as they were at a past position.
///
/// Columns tell of the present. For a past position, a list reads where each session was created and last changed: those that
/// came later are left out, those that have not changed since have the cells that they had, and of those that have, the cells are
/// made from their documents as they were then, for the columns and sessions that the question comes to. So conditions, orders
/// and pages are answered by the same code as in the present, and a list costs what it costs there and a look at each session
/// that was there and has changed since: little for a near position, and as little for one in the log's first days.
/// In between it grows with the sessions that both were there and changed, some microseconds for each and column; a metric
/// of such a session is read from its points.
///
/// Rows of the columns for each past position would save that look, and cost a copy of a row of 64 sessions with every change. An
/// index of sessions in the order of their last changes would find the few without reading a row for every 64 sessions, which takes
/// some tenths of a millisecond for 100,000, and would move a row with every report.
extension ReadModelSnapshot {
    /// The sessions that were created at the snapshot's position or before, and those of them that have changed since.
    func sessions(of past: PastRows) throws(LMDBError) -> PastRows.Sessions {
        if let known = past.sessions { return known }
        let none = try noSession()
        var sessions = PastRows.Sessions(created: none, changed: none)
        let prefix = SessionColumnKey.changes.row.bytes
        try transaction.forEach(in: tables.columns, range: .prefix(prefix)) { (entry) throws(LMDBError) in
            guard let view = ChangeChunkView(entry.value), entry.key.count == prefix.count + 4,
                case let chunk = Int(entry.key.bigEndian(at: prefix.count, as: UInt32.self)), chunk < none.words.count
            else { throw transaction.damagedRow("the changes of sessions") }
            var (created, changed): (UInt64, UInt64) = (0, 0)
            for row in 0..<CellChunk.capacity {
                let creation = view.creation(of: row)
                guard creation > 0, creation <= position.rawValue else { continue }
                created |= 1 << UInt64(row)
                if view.lastChange(of: row) > position.rawValue { changed |= 1 << UInt64(row) }
            }
            sessions.created[chunk] = created
            sessions.changed[chunk] = changed
            return .next
        }
        past.sessions = sessions
        return sessions
    }

    /// The number of sessions of a past position that a list may have to look at, since they have changed since.
    package func changedSessionCount() throws(ReadModelError) -> Int {
        guard let past else { return 0 }
        do throws(LMDBError) { return try sessions(of: past).changed.count } catch { throw ReadModelError(error) }
    }

    /// True when the session has changed after the snapshot's position, so that what is stored of its present is not what was.
    func hasChanged(_ session: SessionNumber) throws(LMDBError) -> Bool {
        guard let past else { return false }
        if let known = past.sessions { return known.changed[Int(session.chunk)] >> UInt64(session.place) & 1 == 1 }
        let row = SessionColumnKey.changes.row.appending(session.chunk).bytes
        let change = try transaction.withValue(for: row, in: tables.columns) { bytes in
            ChangeChunkView(bytes)?.lastChange(of: session.place)
        }
        guard let change, let change else { throw transaction.damagedRow("the changes of sessions") }
        return change > position.rawValue
    }

    /// The row of a column in which the cells of `sessions` are those of the past; nil when it has none.
    ///
    /// - Parameter stored: The row of the present.
    func row(
        _ column: SessionColumnKey, _ chunk: Int, from stored: UnsafeRawBufferPointer?, for sessions: UInt64,
        in past: PastRows
    ) throws(LMDBError) -> UnsafeRawBufferPointer? {
        let key = column.row.appending(UInt32(chunk)).bytes
        let known = past.row(key)
        if let known, sessions & ~known.sessions == 0 { return known.bytes }
        let sessions = sessions | (known?.sessions ?? 0)
        let bytes =
            if case .metric(let name) = column.content {
                try metricRow(name, chunk, from: stored, for: sessions)
            } else {
                try cellRow(column, chunk, from: stored, for: sessions)
            }
        return past.keep(bytes, for: sessions, at: key).bytes
    }

    private func cellRow(
        _ column: SessionColumnKey, _ chunk: Int, from stored: UnsafeRawBufferPointer?, for sessions: UInt64
    ) throws(LMDBError) -> [UInt8] {
        let row = CellChunk()
        if let stored { row.fill(from: try cells(stored)) }
        try forEachNumber(of: sessions, chunk) { (number) throws(LMDBError) in
            _ = row.set(number.place, to: try cell(column, of: number))
        }
        return row.bytes
    }

    /// A session's cell as it was; empty when it had none.
    private func cell(_ column: SessionColumnKey, of number: SessionNumber) throws(LMDBError) -> [UInt8] {
        guard let part = column.part,
            let fields = try transaction.fields(of: part, ofSession: number, through: position, in: tables),
            !fields.deleted
        else { return [] }
        return SessionColumns.cell(column, of: fields)
    }

    private func metricRow(
        _ name: String, _ chunk: Int, from stored: UnsafeRawBufferPointer?, for sessions: UInt64
    ) throws(LMDBError) -> [UInt8] {
        let row: MetricChunk
        if let stored {
            guard let view = MetricChunkView(stored) else { throw transaction.damagedRow("a column of a metric") }
            row = MetricChunk(view)
        } else {
            row = MetricChunk()
        }
        try forEachNumber(of: sessions, chunk) { (number) throws(LMDBError) in
            let session = try transaction.session(number, through: position, in: tables, isWhole: false)
            let summary: MetricSummary? =
                if let session { try pastSummary(of: name, in: session) } else { nil }
            _ = row.set(
                number.place, to: summary,
                isMaximized: session?.isMaximized(name) ?? MetricSummary.isMore(betterFor: name))
        }
        return row.bytes
    }

    private func forEachNumber(
        of sessions: UInt64, _ chunk: Int, _ body: (SessionNumber) throws(LMDBError) -> Void
    ) throws(LMDBError) {
        var rest = sessions
        while rest != 0 {
            try body(SessionNumber(rawValue: UInt32(chunk * CellChunk.capacity + rest.trailingZeroBitCount)))
            rest &= rest - 1
        }
    }
}

import LMDB
import Tracking

/// Logged lines: one row for each report, numbered through the session.
enum LogLineProjection: Projection {
    static let version = 2

    static func apply(_ event: ProjectedEvent, to rows: borrowing RowWriter) throws(LMDBError) {
        if let positions = event.redactedPositions(of: .logs) {
            return try rows.transaction.redactLines(
                of: event.identity, at: positions, by: event.position, in: rows.tables)
        }
        guard case .telemetry(.linesLogged(let logged)) = event.body, !logged.lines.isEmpty else { return }
        let last = try rows.transaction.lineCount(of: event.identity, through: event.position, in: rows.tables)
        try rows.transaction.put(
            LineRow.bytes(
                event.record.payload, lineCount: logged.lines.count, at: event.position,
                redactedBy: event.record.redactedBy),
            for: LineRow.key(event.identity, first: last + 1).bytes, in: rows.tables.lines)
    }
}

import LMDB
import SwiftProtobuf
import Tracking

extension WriteTransaction {
    /// Takes the texts out of the rows of the reports at `positions`.
    ///
    /// - Parameter redaction: The position of the event that says why.
    func redactLines(
        of session: String, at positions: Set<UInt64>, by redaction: LogPosition, in tables: Tables
    ) throws(LMDBError) {
        var keys: [[UInt8]] = []
        try forEach(in: tables.lines, range: .prefix(RowKey().appending(session).bytes)) { (entry) throws(LMDBError) in
            guard entry.value.count >= LineRow.headerByteCount else { throw damagedRow("lines of a log") }
            if positions.contains(entry.value.bigEndian(at: 0, as: UInt64.self)) { keys.append(Array(entry.key)) }
            return .next
        }
        for key in keys {
            let row = try value(for: key, in: tables.lines) ?? []
            let position = row.withUnsafeBytes { $0.bigEndian(at: 0, as: UInt64.self) }
            let logged = try decoded(Array(row.dropFirst(LineRow.headerByteCount)), as: LinesLogged.self)
            let bytes = LineRow.bytes(
                try logged.redacted.rowBytes(path), lineCount: logged.lines.count, at: LogPosition(position),
                redactedBy: redaction)
            try put(bytes, for: key, in: tables.lines)
        }
    }
}

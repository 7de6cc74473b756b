import LMDB
import SwiftProtobuf
import Tracking

/// Rows of logged lines: the key is the session and the number of the first line, the value the position, the number of
/// lines, the position of the event that removed their texts (0 when they are there), and the event's message.
enum LineRow {
    static func key(_ session: String, first: UInt64) -> RowKey { RowKey().appending(session).appending(first) }

    static func bytes(
        _ payload: [UInt8], lineCount: Int, at position: LogPosition, redactedBy redaction: LogPosition?
    ) -> [UInt8] {
        var row = RowKey()
        row.append(position.rawValue)
        row.append(UInt32(clamping: lineCount))
        row.append(redaction?.rawValue ?? 0)
        return row.bytes + payload
    }

    static let headerByteCount = 20

    /// The position of the event that removed the texts of a row's lines; 0 when they are there.
    static func redaction(_ row: UnsafeRawBufferPointer) -> UInt64 { row.bigEndian(at: 12, as: UInt64.self) }
}

extension Transaction where Self: ~Copyable {
    /// The number of lines that `session` has at `position` or before, found by halving.
    func lineCount(of session: String, through position: LogPosition, in tables: Tables) throws(LMDBError) -> UInt64 {
        let prefix = RowKey().appending(session)
        return try withCursor(in: tables.lines) { (cursor) throws(LMDBError) in
            /// The row that holds `line`, or the last one before: its first line, the last one, and whether it was there.
            func row(at line: UInt64) throws(LMDBError) -> (first: UInt64, last: UInt64, wasThere: Bool)? {
                guard let entry = try cursor.seek(atOrBefore: prefix.appending(line).bytes),
                    entry.key.count == prefix.bytes.count + 8, entry.key.begins(with: prefix.bytes)
                else { return nil }
                guard entry.value.count >= LineRow.headerByteCount else { throw damagedRow("lines of a log") }
                let first = entry.key.bigEndian(at: prefix.bytes.count, as: UInt64.self)
                let count = UInt64(entry.value.bigEndian(at: 8, as: UInt32.self))
                return (first, first + count - 1, entry.value.bigEndian(at: 0, as: UInt64.self) <= position.rawValue)
            }
            guard let newest = try row(at: .max) else { return 0 }
            if newest.wasThere { return newest.last }
            // Of the rows from `low` to before `high`, those that begin at `low` or before were there.
            var (low, high, count): (UInt64, UInt64, UInt64) = (0, newest.first, 0)
            while high - low > 1 {
                let middle = low + (high - low) / 2
                let found = try row(at: middle)
                if let found, !found.wasThere {
                    high = found.first
                } else {
                    count = found?.last ?? 0
                    low = middle
                }
            }
            return count
        }
    }

    /// The lines that `query` asks for, as `ReadModelSnapshot.logLines(of:_:)` says.
    func logLines(
        of session: String, _ query: LogLineQuery, through position: LogPosition, in tables: Tables
    ) throws(LMDBError) -> LogPage {
        let total = try lineCount(of: session, through: position, in: tables)
        var page = LogPage(lines: [], next: query.after, total: total)
        guard query.after < total, query.limit > 0 else { return page }
        let prefix = RowKey().appending(session)
        let part = query.text.map { SearchText($0) }
        var (lineCount, byteCount) = (0, 0)
        try withCursor(in: tables.lines) { (cursor) throws(LMDBError) in
            var entry = try cursor.seek(atOrBefore: prefix.appending(query.after + 1).bytes)
            while let row = entry, row.key.begins(with: prefix.bytes), page.next < total {
                let first = row.key.bigEndian(at: prefix.bytes.count, as: UInt64.self)
                guard row.value.count >= LineRow.headerByteCount else { throw damagedRow("lines of a log") }
                let redaction = LineRow.redaction(row.value)
                let message = try decoded(
                    UnsafeRawBufferPointer(rebasing: row.value[LineRow.headerByteCount...]), as: LinesLogged.self)
                for (offset, line) in message.lines.enumerated() where first + UInt64(offset) > query.after {
                    page.next = first + UInt64(offset)
                    lineCount += 1
                    byteCount += line.text.utf8.count
                    if query.rank.map({ $0 == message.rank }) ?? true,
                        query.source.map({ $0 == line.source }) ?? true,
                        part.map({ SearchText(line.text).contains($0) }) ?? true
                    {
                        page.lines.append(
                            LogPage.Line(
                                number: page.next, attempt: message.attempt, rank: message.rank, time: line.time,
                                source: line.source, level: line.level, text: line.text,
                                redactedBy: redaction == 0 ? nil : LogPosition(redaction)))
                    }
                    if page.lines.count == query.limit || lineCount == LogLineQuery.mostLines
                        || byteCount >= LogLineQuery.mostBytes
                    {
                        return
                    }
                }
                entry = try cursor.next()
            }
        }
        return page
    }
}

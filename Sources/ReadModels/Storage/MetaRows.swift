import LMDB
import Tracking

/// The rows of the database `meta`.
enum MetaRows {
    /// The position of the last event that the documents hold, in eight bytes.
    static let position = Array("position".utf8)
    /// The id of the log's first event: documents of another log are not used.
    static let firstEvent = Array("first-event".utf8)
    /// The number of sessions that were ever numbered, in eight bytes.
    static let sessionCount = Array("session-count".utf8)
    /// The number of series, in eight bytes.
    static let seriesCount = Array("series-count".utf8)
}

extension Transaction where Self: ~Copyable {
    /// The position of the last event that the documents hold.
    func appliedPosition(in tables: Tables) throws(LMDBError) -> LogPosition {
        LogPosition(try counter(MetaRows.position, in: tables))
    }

    /// The integer at `key` of the database `meta`; 0 when there is none.
    func counter(_ key: [UInt8], in tables: Tables) throws(LMDBError) -> UInt64 {
        let value = try withValue(for: key, in: tables.meta) { bytes in
            bytes.count == 8 ? bytes.bigEndian(at: 0, as: UInt64.self) : nil
        }
        guard let value else { return 0 }
        guard let value else { throw damagedRow("a counter") }
        return value
    }
}

extension WriteTransaction {
    /// Sets the integer at `key` of the database `meta`.
    func setCounter(_ key: [UInt8], to value: UInt64, in tables: Tables) throws(LMDBError) {
        try put(withUnsafeBytes(of: value.bigEndian) { Array($0) }, for: key, in: tables.meta)
    }
}

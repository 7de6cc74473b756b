import LMDB

/// A series of points: a metric of a session, or one figure of a host.
struct SeriesRow: Equatable {
    /// The kinds of series.
    enum Family: UInt8 {
        case metric = 1
        case hostReading = 2
    }

    /// Names the series in the keys of its points; from 1 in the order of their first points.
    var number: UInt64
    /// The position of the event that brought its first point.
    var firstPosition: UInt64
    /// 0 for metrics.
    var rank: UInt32
    var name: String
    /// Empty for metrics.
    var host: String

    /// The keys of a session's series of a family, in the order of the names.
    static func prefix(_ session: String, _ family: Family) -> RowKey {
        RowKey().appending(session).appending(family.rawValue)
    }

    static func metricKey(_ session: String, _ name: String) -> RowKey { prefix(session, .metric).appending(name) }

    static func readingKey(_ session: String, _ name: String, rank: UInt32, host: String) -> RowKey {
        prefix(session, .hostReading).appending(name).appending(rank).appending(host)
    }

    init(number: UInt64, firstPosition: UInt64, rank: UInt32, name: String, host: String) {
        self.number = number
        self.firstPosition = firstPosition
        self.rank = rank
        self.name = name
        self.host = host
    }

    /// Number, first position, rank, the name's byte count, name, host.
    var bytes: [UInt8] {
        var row = RowKey()
        row.append(number)
        row.append(firstPosition)
        row.append(rank)
        row.append(UInt32(clamping: name.utf8.count))
        return row.bytes + Array(name.utf8) + Array(host.utf8)
    }

    /// Reads a row; nil when it is none.
    init?(_ bytes: UnsafeRawBufferPointer) {
        guard bytes.count >= 24 else { return nil }
        let nameEnd = 24 + Int(bytes.bigEndian(at: 20, as: UInt32.self))
        guard bytes.count >= nameEnd else { return nil }
        number = bytes.bigEndian(at: 0, as: UInt64.self)
        firstPosition = bytes.bigEndian(at: 8, as: UInt64.self)
        rank = bytes.bigEndian(at: 16, as: UInt32.self)
        name = String(decoding: bytes[24..<nameEnd], as: UTF8.self)
        host = String(decoding: bytes[nameEnd...], as: UTF8.self)
    }
}

extension Transaction where Self: ~Copyable {
    /// The series at `key`.
    func series(_ key: RowKey, in tables: Tables) throws(LMDBError) -> SeriesRow? {
        let row = try withValue(for: key.bytes, in: tables.series) { SeriesRow($0) }
        guard let row else { return nil }
        guard let row else { throw damagedRow("a series") }
        return row
    }

    /// The series of a family that had points at `position`, in the order of their names.
    func series(
        of session: String, _ family: SeriesRow.Family, through position: UInt64, in tables: Tables
    ) throws(LMDBError) -> [SeriesRow] {
        var rows: [SeriesRow] = []
        try forEach(in: tables.series, range: .prefix(SeriesRow.prefix(session, family).bytes)) {
            (entry) throws(LMDBError) in
            guard let row = SeriesRow(entry.value) else { throw damagedRow("a series") }
            if row.firstPosition <= position { rows.append(row) }
            return .next
        }
        return rows
    }
}

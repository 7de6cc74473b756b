import LMDB
import Tracking

/// The places of the records of one stream: what the database's index knows of it, and what it does not know yet.
///
/// Made before the transaction that it is used with, so that nothing falls between the two.
struct StreamIndex {
    private let stream: StreamID
    private let tables: LogTables
    private let recent: RecentIndex.Stream?

    init(_ stream: StreamID, _ tables: LogTables, _ recent: RecentIndex) {
        self.stream = stream
        self.tables = tables
        self.recent = recent[stream]
    }

    /// The positions of at most `limit` records after `version`.
    ///
    /// - Throws: `corrupted` when the index lacks some of them.
    func positions(
        after version: StreamVersion, limit: Int, in transaction: borrowing ReadTransaction
    ) throws(LMDBError) -> [LogPosition] {
        var positions: [LogPosition] = []
        var version = version
        func add(_ append: LogTables.Append) {
            while append.firstVersion <= version.advanced(by: 1), version.advanced(by: 1) < append.end,
                positions.count < limit
            {
                let offset = version.rawValue + 1 - append.firstVersion.rawValue
                positions.append(LogPosition(append.first.rawValue + offset))
                version = version.advanced(by: 1)
            }
        }
        guard let head = try head(in: transaction), version < head.version else { return [] }
        let number = head.number
        let wanted = min(UInt64(limit), head.version.rawValue - version.rawValue)
        if recent.map({ version.advanced(by: 1) < $0.appends[0].firstVersion }) ?? true {
            var start = version.advanced(by: 1)
            try transaction.forEach(in: tables.index, range: upTo(start, number), order: .descending) { entry in
                start = LogTables.Append(entry)?.firstVersion ?? start
                return .stop
            }
            let range = KeyRange.from(
                LogTables.indexKey(number, start), through: LogTables.indexKey(number, StreamVersion(.max)))
            try transaction.forEach(in: tables.index, range: range) { entry in
                guard let append = LogTables.Append(entry) else { return .stop }
                add(append)
                return positions.count < limit ? .next : .stop
            }
        }
        if let recent, version < recent.head.version {
            for append in recent.appends[recent.appends.partitioningIndex { $0.end > version.advanced(by: 1) }...] {
                add(append)
                if positions.count == limit { break }
            }
        }
        guard UInt64(positions.count) >= wanted else {
            throw tables.damaged("The index of the stream \(stream) is damaged.", transaction.path)
        }
        return positions
    }

    /// The version of the last record at `position` or before it; `.none` when there is none.
    func version(
        at position: LogPosition, in transaction: borrowing ReadTransaction
    ) throws(LMDBError) -> StreamVersion {
        var found: LogTables.Append?
        if let recent, let first = recent.appends.first, first.first <= position {
            found = recent.appends[recent.appends.partitioningIndex { $0.first > position } - 1]
        } else if let head = try tables.head(of: stream, in: transaction) {
            // Versions and positions grow together: search the versions for the last append that begins in time.
            var included: UInt64 = 0
            var excluded = head.version.rawValue + 1
            while excluded - included > 1 {
                let middle = StreamVersion(included + (excluded - included) / 2)
                var append: LogTables.Append?
                let range = upTo(middle, head.number)
                try transaction.forEach(in: tables.index, range: range, order: .descending) { entry in
                    append = LogTables.Append(entry)
                    return .stop
                }
                guard let append else { return .none }
                if append.first <= position {
                    found = append
                    included = max(middle.rawValue, append.end.rawValue - 1)
                } else {
                    excluded = append.firstVersion.rawValue
                }
            }
        }
        guard let found else { return .none }
        let offset = min(position.rawValue - found.first.rawValue + 1, UInt64(found.count))
        return StreamVersion(found.firstVersion.rawValue - 1 + offset)
    }

    private func head(in transaction: borrowing ReadTransaction) throws(LMDBError) -> LogTables.StreamHead? {
        if let recent { return recent.head }
        return try tables.head(of: stream, in: transaction)
    }

    /// The entries of the stream's appends that begin at `version` or before it.
    private func upTo(_ version: StreamVersion, _ number: UInt32) -> KeyRange {
        KeyRange(
            lower: .included(LogTables.streamPrefix(number)), upper: .included(LogTables.indexKey(number, version)))
    }
}

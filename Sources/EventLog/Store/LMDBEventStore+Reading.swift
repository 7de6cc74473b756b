import LMDB
package import Tracking

extension LMDBEventStore {
    package func version(of stream: StreamID) async throws(StorageError) -> StreamVersion {
        let key = Array(stream.description.utf8)
        return try read { (transaction) throws(LMDBError) in
            try tables.head(of: key, in: transaction)?.version ?? .none
        }
    }

    package func event(at position: LogPosition) async throws(StorageError) -> RecordedEvent? {
        guard position <= head, position > .start else { return nil }
        var collector = EventCollector(limit: 1)
        _ = try read { (transaction) throws(LMDBError) in
            try collect([position], into: &collector, from: transaction)
        }
        return try collector.finish().first
    }

    package func command(_ id: CommandID, in stream: StreamID) async throws(StorageError) -> CommandReceipt? {
        let key = Array(stream.description.utf8)
        return try read { (transaction) throws(LMDBError) in
            guard let head = try tables.head(of: key, in: transaction) else { return nil }
            return try tables.receipt(of: id, inStream: head.number, in: transaction)
        }
    }

    package func position(at time: Timestamp) async throws(StorageError) -> LogPosition {
        let head = head
        return try read { (transaction) throws(LMDBError) in
            // Times never decrease, so the positions at or before `time` are the first ones.
            var included = LogPosition.start.rawValue
            var excluded = head.rawValue + 1
            while excluded - included > 1 {
                let middle = included + (excluded - included) / 2
                if let recordedAt = try tables.recordedAt(LogPosition(middle), in: transaction), recordedAt > time {
                    excluded = middle
                } else {
                    included = middle
                }
            }
            return LogPosition(included)
        }
    }

    package func events(
        in stream: StreamID, after version: StreamVersion, limit: ReadLimit
    ) async throws(StorageError) -> [RecordedEvent] {
        let head = head
        let key = Array(stream.description.utf8)
        var collector = EventCollector(limit: limit)
        try read { (transaction) throws(LMDBError) in
            guard let known = try tables.head(of: key, in: transaction), known.version > version else { return }
            let positions = try positions(ofStream: known.number, after: version, limit: limit.count, in: transaction)
            _ = try collect(positions.filter { $0 <= head }, into: &collector, from: transaction)
        }
        return try collector.finish()
    }

    package func events(
        after position: LogPosition, limit: ReadLimit, matching filter: EventFilter
    ) async throws(StorageError) -> EventBatch {
        let head = head
        guard position < head else { return EventBatch(events: [], through: position) }
        var collector = EventCollector(limit: limit)
        let through: LogPosition
        switch filter {
        case .all:
            through = try read { (transaction) throws(LMDBError) in
                try scan(after: position, through: head, into: &collector, from: transaction)
            }
        case .categories(let categories):
            collector.categories = categories.map { Array(($0.rawValue + "/").utf8) }
            through = try read { (transaction) throws(LMDBError) in
                try scan(after: position, through: head, into: &collector, from: transaction)
            }
        case .streams(let streams):
            through = try read { (transaction) throws(LMDBError) in
                try merge(streams, after: position, through: head, into: &collector, from: transaction)
            }
        }
        return EventBatch(events: try collector.finish(), through: through)
    }

    /// Collects the records after `position` in order. Returns the position up to which everything was looked at.
    private func scan(
        after position: LogPosition, through head: LogPosition, into collector: inout EventCollector,
        from transaction: borrowing ReadTransaction
    ) throws(LMDBError) -> LogPosition {
        var through = position
        var remaining = scanCount
        let range = KeyRange.from(LogTables.recordKey(position.next), through: LogTables.recordKey(head))
        try transaction.forEach(in: tables.records, range: range) { entry in
            guard remaining > 0, collector.take(entry) else { return .stop }
            remaining -= 1
            through = LogTables.position(ofKey: entry.key) ?? through
            return .next
        }
        return through
    }

    /// Collects the records of `streams` after `position` in the order of the log, by way of each stream's own index.
    private func merge(
        _ streams: Set<StreamID>, after position: LogPosition, through head: LogPosition,
        into collector: inout EventCollector, from transaction: borrowing ReadTransaction
    ) throws(LMDBError) -> LogPosition {
        let count = collector.limit.count
        var positions: [LogPosition] = []
        for stream in streams {
            guard let known = try tables.head(of: Array(stream.description.utf8), in: transaction),
                known.last > position
            else { continue }
            let version = try version(at: position, inStream: known.number, known.version, in: transaction)
            positions += try self.positions(
                ofStream: known.number, after: version, limit: count, in: transaction)
        }
        let next = positions.filter { $0 > position && $0 <= head }.sorted().prefix(count)
        let isWhole = try collect(Array(next), into: &collector, from: transaction)
        return isWhole && next.count < count ? head : collector.last ?? position
    }

    /// The version of the stream's last record at `position` or before it.
    private func version(
        at position: LogPosition, inStream number: UInt32, _ last: StreamVersion,
        in transaction: borrowing ReadTransaction
    ) throws(LMDBError) -> StreamVersion {
        // Versions and positions grow together: search the versions for the last append that begins in time.
        var included: UInt64 = 0
        var excluded = last.rawValue + 1
        var found: LogTables.Append?
        while excluded - included > 1 {
            let middle = included + (excluded - included) / 2
            let range = KeyRange(
                lower: .included(LogTables.streamPrefix(number)),
                upper: .included(LogTables.appendKey(number, StreamVersion(middle))))
            var append: LogTables.Append?
            try transaction.forEach(in: tables.appends, range: range, order: .descending) { entry in
                append = LogTables.Append(entry)
                return .stop
            }
            guard let append else { return .none }
            if append.first <= position {
                found = append
                included = max(middle, append.end.rawValue - 1)
            } else {
                excluded = append.firstVersion.rawValue
            }
        }
        guard let found else { return .none }
        let offset = Int(min(position.rawValue - found.first.rawValue + 1, UInt64(found.count)))
        return StreamVersion(found.firstVersion.rawValue - 1).advanced(by: offset)
    }

    /// The positions of at most `limit` records of a stream after `version`.
    private func positions(
        ofStream number: UInt32, after version: StreamVersion, limit: Int, in transaction: borrowing ReadTransaction
    ) throws(LMDBError) -> [LogPosition] {
        var start = version.advanced(by: 1)
        let before = KeyRange(
            lower: .included(LogTables.streamPrefix(number)), upper: .included(LogTables.appendKey(number, start)))
        try transaction.forEach(in: tables.appends, range: before, order: .descending) { entry in
            start = LogTables.Append(entry)?.firstVersion ?? start
            return .stop
        }
        let range = KeyRange.from(
            LogTables.appendKey(number, start), through: LogTables.appendKey(number, StreamVersion(.max)))
        var positions: [LogPosition] = []
        try transaction.forEach(in: tables.appends, range: range) { entry in
            guard let append = LogTables.Append(entry) else { return .stop }
            let skipped =
                Int(max(version.advanced(by: 1).rawValue, append.firstVersion.rawValue))
                - Int(append.firstVersion.rawValue)
            for index in min(skipped, append.count)..<append.count where positions.count < limit {
                positions.append(LogPosition(append.first.rawValue + UInt64(index)))
            }
            return positions.count < limit ? .next : .stop
        }
        return positions
    }

    /// Collects the records at `positions`, which are in order. Returns whether all had room.
    private func collect(
        _ positions: [LogPosition], into collector: inout EventCollector, from transaction: borrowing ReadTransaction
    ) throws(LMDBError) -> Bool {
        try transaction.withCursor(in: tables.records) { (cursor) throws(LMDBError) in
            var previous: LogPosition?
            for position in positions {
                let isNext = previous?.next == position
                let entry = isNext ? try cursor.next() : try cursor.seek(atOrAfter: LogTables.recordKey(position))
                guard let entry, LogTables.position(ofKey: entry.key) == position else {
                    collector.fail(at: position)
                    return false
                }
                guard collector.take(entry) else { return false }
                previous = position
            }
            return true
        }
    }
}

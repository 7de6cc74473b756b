import LMDB
package import Tracking

extension LMDBEventStore {
    package func version(of stream: StreamID) async throws(StorageError) -> StreamVersion {
        if let head = recent.head(of: stream) { return head.version }
        return try read { (transaction) throws(LMDBError) in
            try tables.head(of: stream, in: transaction)?.version ?? .none
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
        if let receipt = recent.receipt(of: id, in: stream) { return receipt }
        return try read { (transaction) throws(LMDBError) in
            guard let head = try tables.head(of: stream, in: transaction) else { return nil }
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
        let index = StreamIndex(stream, tables, recent)
        var collector = EventCollector(limit: limit)
        try read { (transaction) throws(LMDBError) in
            let positions = try index.positions(after: version, limit: limit.count, in: transaction)
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
            let indexes = streams.map { StreamIndex($0, tables, recent) }
            through = try read { (transaction) throws(LMDBError) in
                try merge(indexes, after: position, through: head, into: &collector, from: transaction)
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

    /// Collects the records of some streams after `position` in the order of the log, by way of each stream's own index.
    private func merge(
        _ indexes: [StreamIndex], after position: LogPosition, through head: LogPosition,
        into collector: inout EventCollector, from transaction: borrowing ReadTransaction
    ) throws(LMDBError) -> LogPosition {
        let count = collector.limit.count
        var positions: [LogPosition] = []
        for index in indexes {
            let version = try index.version(at: position, in: transaction)
            positions += try index.positions(after: version, limit: count, in: transaction)
        }
        let next = positions.filter { $0 > position && $0 <= head }.sorted().prefix(count)
        let isWhole = try collect(Array(next), into: &collector, from: transaction)
        return isWhole && next.count < count ? head : collector.last ?? position
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

import LMDB
import Tracking
import Transparency

/// Reads the log as it is now, on the thread that calls.
///
/// Made for one read: first the head is taken, then what only `recent` and the tail hold, then the transaction begins. So
/// nothing up to the head is missed.
struct LogReader: Sendable {
    private let environment: Environment
    let tables: LogTables
    private let recent: RecentIndex
    private let tail: LogTail
    private let head: LogPosition
    private let scanCount: Int

    /// - Parameters:
    ///   - head: The last position to read, taken before.
    ///   - scanCount: The most records that one read looks at for a filter without an index.
    init(log: LogLayout.OpenLog, head: LogPosition, scanCount: Int) {
        environment = log.environment
        tables = log.tables
        recent = log.recent
        tail = log.tail
        self.head = head
        self.scanCount = scanCount
    }

    func version(of stream: StreamID) throws(StorageError) -> StreamVersion {
        try read { (transaction, tail) throws(LMDBError) in
            try tables.head(of: stream, in: transaction)?.version ?? .none
        }
    }

    func event(at position: LogPosition) throws(StorageError) -> RecordedEvent? {
        var collector = EventCollector(limit: 1)
        _ = try read { (transaction, tail) throws(LMDBError) in
            try collect([position], into: &collector, from: transaction, tail)
        }
        return try collector.finish().first
    }

    func receipt(of command: CommandID, in stream: StreamID) throws(StorageError) -> CommandReceipt? {
        try read { (transaction, tail) throws(LMDBError) in
            guard let head = try tables.head(of: stream, in: transaction) else { return nil }
            return try tables.receipt(of: command, inStream: head.number, in: transaction)
        }
    }

    func position(at time: Timestamp) throws(StorageError) -> LogPosition {
        try read { (transaction, tail) throws(LMDBError) in
            // Times never decrease, so the positions at or before `time` are the first ones.
            var included = LogPosition.start.rawValue
            var excluded = head.rawValue + 1
            while excluded - included > 1 {
                let middle = included + (excluded - included) / 2
                let position = LogPosition(middle)
                var recordedAt = tail[position]?.recordedAt
                if recordedAt == nil { recordedAt = try tables.recordedAt(position, in: transaction) }
                if let recordedAt, recordedAt > time {
                    excluded = middle
                } else {
                    included = middle
                }
            }
            return LogPosition(included)
        }
    }

    func events(
        in stream: StreamID, after version: StreamVersion, limit: ReadLimit
    ) throws(StorageError) -> [RecordedEvent] {
        let index = StreamIndex(stream, tables, recent)
        var collector = EventCollector(limit: limit)
        try read { (transaction, tail) throws(LMDBError) in
            let positions = try index.positions(after: version, limit: limit.count, in: transaction)
            // Also those beyond the head, if the index has them: they are on disk, and who asks knows the stream's version.
            _ = try collect(positions, into: &collector, from: transaction, tail)
        }
        let events = try collector.finish()
        var next = version
        for event in events {
            next = next.advanced(by: 1)
            guard event.stream == stream, event.version == next else {
                throw StorageError(
                    damaged: "The index of the stream \(stream) leads to another event at position \(event.position).")
            }
        }
        return events
    }

    func events(
        after position: LogPosition, limit: ReadLimit, matching filter: EventFilter
    ) throws(StorageError) -> EventBatch {
        var collector = EventCollector(limit: limit)
        let through: LogPosition
        switch filter {
        case .all:
            through = try read { (transaction, tail) throws(LMDBError) in
                try scan(after: position, into: &collector, from: transaction, tail)
            }
        case .categories(let categories) where categories.allSatisfy(\.isIndexed):
            let index = CategoryIndex(categories, after: position, limit: limit.count, tables, recent)
            through = try read { (transaction, tail) throws(LMDBError) in
                let positions = try index.positions(in: transaction)
                return try collect(firstOf: positions, after: position, into: &collector, from: transaction, tail)
            }
        case .categories(let categories):
            // Nearly everything is wanted.
            collector.categories = categories.map(LogTables.prefix)
            through = try read { (transaction, tail) throws(LMDBError) in
                try scan(after: position, into: &collector, from: transaction, tail)
            }
        case .streams(let streams):
            let indexes = streams.map { StreamIndex($0, tables, recent) }
            through = try read { (transaction, tail) throws(LMDBError) in
                var positions: [LogPosition] = []
                for index in indexes {
                    let version = try index.version(at: position, in: transaction)
                    positions += try index.positions(after: version, limit: limit.count, in: transaction)
                }
                return try collect(
                    firstOf: positions, after: position, into: &collector, from: transaction, tail)
            }
        }
        return EventBatch(events: try collector.finish(), through: through)
    }

    func frontier() throws(StorageError) -> Frontier {
        try read { (transaction, _) throws(LMDBError) in try tables.frontier(in: transaction) }
    }

    /// Does what `LMDBEventStore.verify()` says.
    func verify(progress: @escaping (LogPosition) -> Void) throws(StorageError) -> LogVerification {
        var pass = VerificationPass(tables: tables, recent: recent.streams, head: head, progress: progress)
        try read { (transaction, tail) throws(LMDBError) in try pass.run(in: transaction, tail) }
        return try pass.finish()
    }

    func read<Result>(
        _ body: (borrowing ReadTransaction, LogTail.Snapshot) throws(LMDBError) -> Result
    ) throws(StorageError) -> Result {
        let end = tail.snapshot
        do throws(LMDBError) {
            return try environment.read { (transaction) throws(LMDBError) in try body(transaction, end) }
        } catch {
            throw StorageError(error)
        }
    }

    /// Collects the records after `position` in order. Returns the position up to which everything was looked at.
    private func scan(
        after position: LogPosition, into collector: inout EventCollector,
        from transaction: borrowing ReadTransaction, _ tail: LogTail.Snapshot
    ) throws(LMDBError) -> LogPosition {
        var through = position
        var remaining = scanCount
        var isOver = false
        let range = KeyRange.from(LogTables.recordKey(position.next), through: LogTables.recordKey(head))
        try transaction.forEach(in: tables.records, range: range) { entry in
            guard remaining > 0, collector.take(entry) else {
                isOver = true
                return .stop
            }
            remaining -= 1
            through = LogTables.position(ofKey: entry.key) ?? through
            return .next
        }
        guard !isOver else { return through }
        for event in tail.events(after: through, through: head) {
            guard remaining > 0, collector.take(event) else { break }
            remaining -= 1
            through = event.position
        }
        return through
    }

    /// Collects the records after `position` of those at `positions`, which hold every wanted one up to the limit. Returns
    /// the position up to which everything wanted was collected.
    private func collect(
        firstOf positions: [LogPosition], after position: LogPosition, into collector: inout EventCollector,
        from transaction: borrowing ReadTransaction, _ tail: LogTail.Snapshot
    ) throws(LMDBError) -> LogPosition {
        let count = collector.limit.count
        let next = positions.filter { $0 > position && $0 <= head }.sorted().prefix(count)
        let isWhole = try collect(Array(next), into: &collector, from: transaction, tail)
        return isWhole && next.count < count ? head : collector.last ?? position
    }

    /// Collects the records at `positions`, which are in order. Returns whether all had room.
    private func collect(
        _ positions: [LogPosition], into collector: inout EventCollector,
        from transaction: borrowing ReadTransaction, _ tail: LogTail.Snapshot
    ) throws(LMDBError) -> Bool {
        try transaction.withCursor(in: tables.records) { (cursor) throws(LMDBError) in
            var previous: LogPosition?
            for position in positions {
                if let event = tail[position] {
                    guard collector.take(event) else { return false }
                    continue
                }
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

import LMDB
package import Tracking
package import Transparency

/// A log that is written from another one: the same records, byte by byte, at the same positions, with a tree and indexes
/// of its own.
///
/// Each group is one transaction, so a copy that is cut short ends with a whole group and can be gone on with.
/// `close()` it before the data directory is unlocked.
package final class LogTarget {
    private let layout: LogLayout
    private let log: LogLayout.OpenLog
    private let release: String
    private let reach: @Sendable (FailurePoint) -> Void
    private var chain: LogChain

    /// Opens the log in `directory`, or makes it when there is none.
    package init(
        in directory: DataDirectory, options: EventLogOptions = EventLogOptions()
    ) throws(StorageError) {
        layout = LogLayout(directory: directory, options: options)
        try layout.makeIfMissing()
        log = try layout.open()
        (release, reach) = (options.release, options.reach)
        let (environment, tables) = (log.environment, log.tables)
        do throws(LMDBError) {
            chain = LogChain(
                try environment.read { (transaction) throws(LMDBError) in try tables.frontier(in: transaction) })
        } catch {
            throw StorageError(error)
        }
    }

    /// The position of the last record.
    package var head: LogPosition { chain.head }
    /// The head of the tree over all records.
    package var tree: TreeHead { chain.tree }

    /// Returns whether `source` has the record at `head` too, so that this log can go on with what follows there.
    ///
    /// Only the header is compared, which names the event and never changes.
    package func isPrefix(of source: LogSource) throws(StorageError) -> Bool {
        guard head > .start else { return true }
        guard let record = try source.record(at: head) else { return false }
        return try isSame(record, at: head)
    }

    /// True when the record at `position` has the header of `other`.
    private func isSame(_ other: [UInt8], at position: LogPosition) throws(StorageError) -> Bool {
        let key = LogTables.recordKey(position)
        let (environment, records) = (log.environment, log.tables.records)
        let own: [UInt8]?
        do throws(LMDBError) {
            own = try environment.read { (transaction) throws(LMDBError) in try transaction.value(for: key, in: records)
            }
        } catch {
            throw StorageError(error)
        }
        guard let own else { return false }
        do throws(RecordError) {
            return try Self.header(of: own) == Self.header(of: other)
        } catch {
            throw StorageError(error, at: position)
        }
    }

    private static func header(of record: [UInt8]) throws(RecordError) -> [UInt8] {
        let result = record.withUnsafeBytes { bytes in
            Result { () throws(RecordError) in Array(bytes[..<(try RecordView(bytes).headerByteCount)]) }
        }
        return try result.get()
    }

    /// Keeps the head of the tree when it gets to `size` leaves.
    package func watch(_ size: UInt64) { chain.watch(size) }

    /// The head of the tree when it had `size` leaves; nil when that was not watched, or was not reached.
    package func tree(ofSize size: UInt64) -> TreeHead? { chain.tree(ofSize: size) }

    /// The latest event that a record names as the one that has removed its content.
    package var lastRedaction: LogPosition { chain.lastRedaction }

    /// Checks the records of `group`, which goes on at `head`, and appends them. Content that an event of the group has
    /// removed from records that are here already goes with it. Returns once that is on disk.
    ///
    /// - Parameter source: The log that the group is of, in which the content is gone; without one the records that are here
    ///   lack it already.
    /// - Throws: `damaged`, with the position, when a record is; `failed` when the disk has no room or refuses. Nothing of
    ///   the group is there then.
    package func append(_ group: LogGroup, from source: LogSource? = nil) throws(StorageError) {
        guard let last = group.last else { return }
        var extended = chain
        let elements = try extended.elements(extendingBy: group)
        let tables = log.tables
        var reduced: [(key: [UInt8], record: [UInt8])] = []
        if let source {
            for position in extended.removed {
                guard let record = try source.record(at: position), try isSame(record, at: position) else {
                    throw StorageError(
                        damaged: "The log lacks the record at position \(position), of which content was removed.")
                }
                reduced.append((LogTables.recordKey(position), record))
            }
        }
        do throws(LMDBError) {
            try log.environment.write { (transaction) throws(LMDBError) in
                for append in group.appends {
                    for (index, record) in append.records.enumerated() {
                        let position = LogPosition(append.first.rawValue + UInt64(index))
                        try transaction.put(record, for: LogTables.recordKey(position), in: tables.records, .atEnd)
                        try mark(record, in: transaction)
                        reach(.recordPut)
                    }
                    try transaction.put(
                        append.value, for: LogTables.recordKey(append.first), in: tables.appends, .atEnd)
                    reach(.appendPut)
                }
                for (key, record) in reduced { try transaction.put(record, for: key, in: tables.records) }
                try tables.put(extended.frontier, in: transaction)
                try RecentIndex(adding: elements, to: log.recent).write(to: tables, upTo: last, in: transaction)
                reach(.beforeCommit)
            }
        } catch {
            throw StorageError(error)
        }
        log.recent.removeAll()
        chain = extended
        reach(.afterCommit)
    }

    /// Lets the log go.
    package func close() {
        layout.close(log)
        log.environment.close()
    }

    private func mark(_ record: [UInt8], in transaction: borrowing WriteTransaction) throws(LMDBError) {
        let result = record.withUnsafeBytes { bytes in
            Result { () throws(LMDBError) in try log.tables.mark(bytes, release: release, in: transaction) }
        }
        try result.get()
    }
}

import Foundation
import Glibc
import LMDB
package import Tracking
package import Transparency

/// A log as it is when this is made, for whoever copies it, while its own process goes on writing or is gone.
///
/// It changes nothing. What only the journal has is read first, then what the database has: whatever was acknowledged
/// before is in one of them, since a group leaves the journal only after the database got it. What the journal shows of
/// groups that are written meanwhile is taken as far as it goes on where the database ends.
package final class LogSource: Sendable {
    /// The last position that was acknowledged when this was made, or a later one.
    package let head: LogPosition
    /// The tree over the records that the database had then; nil when the database's tree lacks some.
    package let tree: TreeHead?
    let environment: Environment
    let tables: LogTables
    /// The appends that the database lacked then, in order.
    let tail: [LogGroup.Append]

    /// Reads the log of the data directory or backup at `path`, which another process may have open.
    ///
    /// One process opens a log once, so whoever has the store uses `LMDBEventStore.source()`.
    /// - Throws: `damaged` when the data file is missing, was cut or is something else; `newerFormat`.
    package convenience init(readingFolderAt path: String) throws(StorageError) {
        let folder = DataDirectory.logFolder(inFolderAt: path)
        guard FileManager.default.fileExists(atPath: folder + "/data.mdb") else {
            throw StorageError(.failed, "There is no log in \(path). Name the data directory of a server, or a backup.")
        }
        var options = EnvironmentOptions()
        options.isReadOnly = true
        let environment: Environment
        do throws(LMDBError) {
            environment = try Self.open(folder, options)
        } catch {
            throw StorageError(error)
        }
        let tables: LogTables
        do throws(LMDBError) {
            try Self.checkFormat(environment)
            tables = try LogTables(environment)
        } catch  where error.code == .system(ENOENT) {
            throw StorageError(
                .failed,
                "The log in \(path) was written by an older release, and lacks an index. Start a server of this release "
                    + "on it once.")
        } catch {
            throw StorageError(error)
        }
        try self.init(environment: environment, tables: tables)
    }

    init(environment: Environment, tables: LogTables) throws(StorageError) {
        self.environment = environment
        self.tables = tables
        let journal = FileManager.default.contents(atPath: environment.path + "/" + Journal.fileName) ?? Data()
        do throws(LMDBError) {
            let (head, id, frontier) = try environment.read { (transaction) throws(LMDBError) in
                let head = try tables.lastPosition(in: transaction)
                let id = try tables.eventID(at: head, in: transaction)
                return (head, id, try tables.frontier(in: transaction))
            }
            tree = frontier.size == head.rawValue ? frontier.head : nil
            tail = Self.tail(journal, after: head, id?.bytes ?? [UInt8](repeating: 0, count: EventID.byteCount))
            self.head = tail.last?.last ?? head
        } catch {
            throw StorageError(error)
        }
    }

    /// The next appends after `position`, which ends one, up to `end`, which ends one too; nil when there are none.
    ///
    /// - Throws: `damaged` when what the database says of its appends does not fit together.
    package func group(after position: LogPosition, through end: LogPosition) throws(StorageError) -> LogGroup? {
        guard position < end else { return nil }
        var group = LogGroup()
        var damage: LogPosition?
        do throws(LMDBError) {
            try environment.read { (transaction) throws(LMDBError) in
                let range = KeyRange.from(LogTables.recordKey(position.next), through: LogTables.recordKey(end))
                try transaction.forEach(in: tables.appends, range: range) { (entry) throws(LMDBError) in
                    let next = (group.last ?? position).next
                    guard let append = try append(of: entry, at: next, in: transaction) else {
                        damage = next
                        return .stop
                    }
                    group.add(append)
                    return group.isFull ? .stop : .next
                }
            }
        } catch {
            throw StorageError(error)
        }
        if let damage, group.last == nil { throw Self.gap(at: damage) }
        if group.last == nil {
            for append in tail where append.first > position && append.last <= end && !group.isFull {
                group.add(append)
            }
        }
        guard group.base == position else { throw Self.gap(at: position.next) }
        return group
    }

    /// The record at `position`; nil when there is none.
    package func record(at position: LogPosition) throws(StorageError) -> [UInt8]? {
        for append in tail where append.first <= position && position <= append.last {
            return append.records[Int(position.rawValue - append.first.rawValue)]
        }
        do throws(LMDBError) {
            return try environment.read { (transaction) throws(LMDBError) in
                try transaction.value(for: LogTables.recordKey(position), in: tables.records)
            }
        } catch {
            throw StorageError(error)
        }
    }

    /// Opens the environment in `folder`. Its file may grow between the looks at its length and at its first pages, and then
    /// it seems to have been cut: what was cut seems so again and again.
    private static func open(
        _ folder: String, _ options: EnvironmentOptions
    ) throws(LMDBError) -> Environment {
        for _ in 0..<4 {
            do throws(LMDBError) {
                return try Environment(path: folder, options: options)
            } catch  where error.code == .truncated {
                continue
            }
        }
        return try Environment(path: folder, options: options)
    }

    private func append(
        of entry: Entry, at first: LogPosition, in transaction: borrowing ReadTransaction
    ) throws(LMDBError) -> LogGroup.Append? {
        guard LogTables.position(ofKey: entry.key) == first, entry.value.count == 8 + Digest.byteCount else {
            return nil
        }
        let count = Int(entry.value.integer(at: 4, as: UInt32.self))
        guard (1...AppendRequest.maximumEventCount).contains(count) else { return nil }
        var append = LogGroup.Append(first: first, value: Array(entry.value), records: [])
        append.records.reserveCapacity(count)
        let range = KeyRange(lower: .included(LogTables.recordKey(first)))
        try transaction.forEach(in: tables.records, range: range) { record in
            guard LogTables.position(ofKey: record.key)?.rawValue == first.rawValue + UInt64(append.records.count)
            else {
                return .stop
            }
            append.records.append(Array(record.value))
            return append.records.count < count ? .next : .stop
        }
        return append.records.count == count ? append : nil
    }

    /// The appends of the journal that go on after the event `id` at `head`.
    private static func tail(_ journal: Data, after head: LogPosition, _ id: [UInt8]) -> [LogGroup.Append] {
        var appends: [LogGroup.Append] = []
        var (head, id) = (head, id)
        journal.withUnsafeBytes { bytes in
            var entries: [JournalEntry.View] = []
            var offset = 0
            while offset < bytes.count {
                let entry = JournalEntry.View(UnsafeRawBufferPointer(rebasing: bytes[offset...]))
                if let entry { entries.append(entry) }
                offset += entry.map { Journal.padded($0.byteCount) } ?? Journal.blockByteCount
            }
            for entry in entries.sorted(by: { $0.first < $1.first }) where entry.last > head {
                guard entry.first == head.next, entry.previous == id, let last = entry.appends.last?.records.last else {
                    continue
                }
                appends += entry.appends.map { LogGroup.Append($0) }
                do throws(RecordError) {
                    (head, id) = (entry.last, try RecordView(last).eventID.bytes)
                } catch {
                    // The checksum of the entry holds, and whoever copies its records says which cannot be read. Nothing is
                    // known to follow it.
                    return
                }
            }
        }
        return appends
    }

    private static func checkFormat(_ environment: Environment) throws(LMDBError) {
        let meta = try environment.database("meta")
        let marker = try environment.read { (transaction) throws(LMDBError) in
            try transaction.value(for: LogTables.formatKey, in: meta).flatMap { LogMarker($0) }
        }
        guard let marker else {
            throw LMDBError(
                .corrupted, during: "open the log", at: environment.path, detail: "It does not name its format.")
        }
        guard marker.number <= LogLayout.journaledFormat else {
            throw LMDBError(
                .other(0), during: "open the log", at: environment.path,
                detail:
                    "It has record format \(marker.number), written by PIVOT \(marker.release). Use that release or "
                    + "a later one.")
        }
    }

    private static func gap(at position: LogPosition) -> StorageError {
        StorageError(damaged: "The append of the record at position \(position) is missing or damaged.")
    }
}

extension LMDBEventStore {
    /// The log as it is now, to be copied while others write. It is used no longer than the store is open.
    package func source() throws(StorageError) -> LogSource {
        let log = try opened()
        return try LogSource(environment: log.environment, tables: log.tables)
    }
}

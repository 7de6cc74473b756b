import Foundation
import LMDB
import Tracking

/// Brings what a journal has, and the database lacks, to the database: after a process died.
struct JournalRecovery {
    let environment: Environment
    let tables: LogTables
    let options: EventLogOptions
    /// True when the last process may have left something in the journal only.
    let isNeeded: Bool

    /// Returns once the database has everything that was acknowledged.
    ///
    /// - Throws: `damaged` when the journal does not belong to this log, or lost an entry in its middle, `failed` when it is
    ///   there, is needed and cannot be read.
    func run() throws(StorageError) {
        let path = environment.path + "/" + Journal.fileName
        guard let data = FileManager.default.contents(atPath: path) else {
            // Without it the log would forget what was acknowledged. One that is missing was never acknowledged into: its
            // name is on disk before anything else.
            guard !isNeeded || !FileManager.default.fileExists(atPath: path) else {
                throw StorageError(
                    .failed, "The journal \(path) could not be read. Check the disk and who owns the file.")
            }
            return
        }
        guard !data.isEmpty else { return }
        let result: Result<Void, StorageError> = data.withUnsafeBytes { bytes in
            Result { () throws(StorageError) in try recover(from: bytes, at: path) }
        }
        try result.get()
    }

    private func recover(from bytes: UnsafeRawBufferPointer, at path: String) throws(StorageError) {
        var (head, previous) = try end()
        var entries: [JournalEntry.View] = []
        var offset = 0
        while offset < bytes.count {
            guard let entry = JournalEntry.View(UnsafeRawBufferPointer(rebasing: bytes[offset...])) else {
                // Never written, or cut short in the middle of writing it: then nobody was told that it is there.
                offset += Journal.blockByteCount
                continue
            }
            offset += Journal.padded(entry.byteCount)
            // Written over later, and long in the database.
            guard entry.last > head else { continue }
            guard entry.first == head.next, entry.previous == previous else {
                throw StorageError(
                    .damaged,
                    "The journal \(path) goes on after another event than the log's last one, which is at position "
                        + "\(head). Restore the whole folder from a backup, or move the journal away to open the log "
                        + "without what only the journal has.")
            }
            head = entry.last
            previous = try id(ofLastIn: entry)
            entries.append(entry)
        }
        guard !entries.isEmpty else { return }
        do throws(LMDBError) {
            try environment.write { (transaction) throws(LMDBError) in
                for entry in entries { try put(entry, in: transaction) }
                options.reach(.beforeCommit)
            }
        } catch {
            throw StorageError(error)
        }
        options.reach(.afterCommit)
    }

    /// The last position in the database, and the bytes of that event's id.
    private func end() throws(StorageError) -> (head: LogPosition, id: [UInt8]) {
        do throws(LMDBError) {
            return try environment.read { (transaction) throws(LMDBError) in
                let head = try tables.lastPosition(in: transaction)
                let id = try tables.eventID(at: head, in: transaction)
                return (head, id?.bytes ?? [UInt8](repeating: 0, count: EventID.byteCount))
            }
        } catch {
            throw StorageError(error)
        }
    }

    private func id(ofLastIn entry: JournalEntry.View) throws(StorageError) -> [UInt8] {
        guard let record = entry.appends.last?.records.last else { return [] }
        do throws(RecordError) {
            return try RecordView(record).eventID.bytes
        } catch {
            throw StorageError(error, at: entry.last)
        }
    }

    private func put(_ entry: JournalEntry.View, in transaction: borrowing WriteTransaction) throws(LMDBError) {
        for append in entry.appends {
            for (index, record) in append.records.enumerated() {
                let position = LogPosition(append.first.rawValue + UInt64(index))
                try transaction.put(Array(record), for: LogTables.recordKey(position), in: tables.records, .atEnd)
                try tables.mark(record, release: options.release, in: transaction)
                options.reach(.recordPut)
            }
            try transaction.put(append.value, for: LogTables.recordKey(append.first), in: tables.appends, .atEnd)
            options.reach(.appendPut)
        }
    }
}

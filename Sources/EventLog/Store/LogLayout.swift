import Foundation
import Glibc
import LMDB
import Text
import Tracking

/// Makes the log's environment and opens it.
struct LogLayout {
    let directory: DataDirectory
    let options: EventLogOptions

    /// Makes an empty log. It gets its name only when it is complete, so a folder with that name always holds a log.
    func makeIfMissing() throws(StorageError) {
        guard !FileManager.default.fileExists(atPath: directory.logFolder) else { return }
        let folder = directory.newLogFolder
        if FileManager.default.fileExists(atPath: folder) { try removeFolder(folder) }
        try DataDirectory.makeFolder(folder)
        do throws(LMDBError) {
            let environment = try Environment(path: folder, options: options.environment)
            defer { environment.close() }
            let tables = try LogTables(environment)
            let marker = LogMarker(number: UInt32(RecordLayout.format), release: options.release)
            try environment.write { (transaction) throws(LMDBError) in
                try transaction.put(marker.bytes, for: LogTables.formatKey, in: tables.meta)
            }
        } catch {
            throw StorageError(error)
        }
        options.reach(.logMade)
        try sync(folder)
        guard rename(folder, directory.logFolder) == 0 else { throw failure("rename \(folder)") }
        try sync(directory.path)
        options.reach(.logRenamed)
    }

    /// A log that is open.
    struct OpenLog: Sendable {
        let environment: Environment
        let tables: LogTables
        let recent: RecentIndex
        let tail: LogTail
    }

    /// The number in place of the format's while a journal may have what the database lacks: releases that know no journal
    /// refuse it.
    static let journaledFormat = UInt32(RecordLayout.format) + 1

    /// Opens the log and checks that this binary understands all of it. What a process that died left in the journal is
    /// brought to the database.
    func open() throws(StorageError) -> OpenLog {
        guard FileManager.default.fileExists(atPath: directory.logFolder + "/data.mdb") else {
            throw StorageError(damaged: "The data file of the log in \(directory.logFolder) is missing.")
        }
        let environment: Environment
        let format: [UInt8]?
        do throws(LMDBError) {
            environment = try Environment(path: directory.logFolder, options: options.environment)
            let meta = try environment.database("meta")
            format = try environment.read { (transaction) throws(LMDBError) in
                try transaction.value(for: LogTables.formatKey, in: meta)
            }
        } catch {
            throw StorageError(error)
        }
        // Before anything else is looked at: a later format may have other databases.
        try checkFormat(format)
        let tables: LogTables
        do throws(LMDBError) {
            tables = try LogTables(environment)
        } catch {
            throw StorageError(error)
        }
        let isJournaled = format.flatMap { LogMarker($0) }?.number == LogLayout.journaledFormat
        try JournalRecovery(environment: environment, tables: tables, options: options, isNeeded: isJournaled).run()
        let schemas: [(key: [UInt8], value: [UInt8])]
        let counts: (head: LogPosition, records: Int)
        do throws(LMDBError) {
            let transaction = try environment.beginReading()
            schemas = try transaction.entries(in: tables.schemas)
            counts = (try tables.lastPosition(in: transaction), try transaction.count(of: tables.records))
        } catch {
            throw StorageError(error)
        }
        guard UInt64(counts.records) == counts.head.rawValue else {
            throw StorageError(
                damaged: "The log in \(directory.logFolder) ends at position \(counts.head) but has \(counts.records) "
                    + "records.")
        }
        try check(schemas)
        do throws(LMDBError) {
            try CategoryCompletion(environment: environment, tables: tables, options: options).run()
            try TreeCompletion(environment: environment, tables: tables, options: options).run()
        } catch {
            throw StorageError(error)
        }
        let recent: RecentIndex
        do throws(LMDBError) {
            recent = try LogLayout.recentIndex(environment, tables)
        } catch {
            throw StorageError(error)
        }
        return OpenLog(environment: environment, tables: tables, recent: recent, tail: LogTail(after: counts.head))
    }

    /// The journal of `log`, once the database says that there is one; nil when it has no room, or none is wanted.
    func journal(of log: OpenLog) throws(StorageError) -> sending Journal? {
        let bounds = options.bounds
        guard bounds.journalByteCount > 0 else { return nil }
        let journal: Journal
        do throws(LMDBError) {
            journal = try Journal(
                inFolder: log.environment.path, byteCount: bounds.journalByteCount,
                entryByteCount: bounds.journalEntryByteCount, fault: options.journalFault)
            try setFormat(LogLayout.journaledFormat, log)
        } catch {
            // Without one every group goes to the database, which says what is wrong if that fails too.
            return nil
        }
        try sync(log.environment.path)
        return journal
    }

    /// Says in the database that it has everything, so that every release may open it, and leaves it.
    func close(_ log: OpenLog) {
        // When it fails, releases that know no journal do not open the log, which then is as safe.
        try? setFormat(UInt32(RecordLayout.format), log)
    }

    private func setFormat(_ number: UInt32, _ log: OpenLog) throws(LMDBError) {
        let known = try log.environment.read { (transaction) throws(LMDBError) in
            try transaction.value(for: LogTables.formatKey, in: log.tables.meta).flatMap { LogMarker($0) }
        }
        guard known?.number != number else { return }
        try log.environment.write { (transaction) throws(LMDBError) in
            try transaction.put(
                LogMarker(number: number, release: options.release).bytes, for: LogTables.formatKey,
                in: log.tables.meta)
        }
    }

    /// The appends that the database's index lacks.
    ///
    /// - Throws: `damaged` when they do not follow each other up to the log's end, each in its stream.
    static func recentIndex(_ environment: Environment, _ tables: LogTables) throws(LMDBError) -> RecentIndex {
        try environment.read { (transaction) throws(LMDBError) in
            let indexed = try tables.position(of: LogTables.indexedKey, in: transaction)
            let range = KeyRange(lower: .excluded(LogTables.recordKey(indexed)))
            var elements: [RecentIndex.Element] = []
            var heads: [StreamID: LogTables.StreamHead] = [:]
            var end = indexed
            try transaction.forEach(in: tables.appends, range: range) { (entry) throws(LMDBError) in
                guard let first = LogTables.position(ofKey: entry.key), first == end.next else { return .stop }
                let element = try tables.append(at: first, in: transaction)
                let receipt = element.receipt
                var head = heads[element.stream]
                if head == nil { head = try tables.head(of: element.stream, in: transaction) }
                guard (head?.version ?? .none).advanced(by: 1) == receipt.firstVersion,
                    head == nil || head?.number == element.number
                else { return .stop }
                heads[element.stream] = LogTables.StreamHead(
                    number: element.number, version: receipt.lastVersion, last: receipt.last)
                elements.append(element)
                end = receipt.last
                return .next
            }
            guard end == (try tables.lastPosition(in: transaction)) else {
                throw tables.damaged("The append after position \(end) is damaged.", transaction.path)
            }
            return RecentIndex(elements)
        }
    }

    private func checkFormat(_ bytes: [UInt8]?) throws(StorageError) {
        guard let format = bytes.flatMap({ LogMarker($0) }) else {
            throw StorageError(damaged: "The log in \(directory.logFolder) does not name its format.")
        }
        guard format.number <= LogLayout.journaledFormat else {
            throw StorageError(
                .newerFormat,
                "The log in \(directory.logFolder) has record format \(format.number), written by PIVOT "
                    + "\(format.release); this binary knows \(LogLayout.journaledFormat). Use \(format.release) or "
                    + "later.")
        }
    }

    private func check(_ schemas: [(key: [UInt8], value: [UInt8])]) throws(StorageError) {
        guard let known = options.schemaVersions else { return }
        for (key, value) in schemas {
            let type = String(decoding: key, as: UTF8.self)
            guard let marker = LogMarker(value) else {
                throw StorageError(damaged: "The log's schema marker of \(type) is damaged.")
            }
            guard let newest = known[type], newest >= marker.number else {
                let what = known[type].map { "knows version \($0)" } ?? "does not know it"
                throw StorageError(
                    .newerFormat,
                    "The log holds \(type) events of schema version \(marker.number), written by PIVOT "
                        + "\(marker.release); this binary \(what). Use \(marker.release) or later.")
            }
        }
    }

    /// Returns once the names in `folder` are on disk.
    private func sync(_ folder: String) throws(StorageError) {
        let descriptor = Glibc.open(folder, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure("open \(folder)") }
        defer { Glibc.close(descriptor) }
        guard fsync(descriptor) == 0 else { throw failure("sync \(folder)") }
    }

    private func removeFolder(_ folder: String) throws(StorageError) {
        do {
            try FileManager.default.removeItem(atPath: folder)
        } catch {
            throw StorageError(
                .failed, "The unfinished \(folder) could not be removed: \(FileFault.words(error)). Check who owns it.")
        }
    }

    private func failure(_ what: String) -> StorageError {
        StorageError(
            .failed, "Could not \(what): \(String(cString: strerror(errno))). Check the disk and who owns the folder.")
    }
}

import Foundation
import Glibc
import LMDB
import Tracking

/// Writes the log anew without what was removed from it: its free pages, and the journal, may still hold the bytes.
///
/// For a data directory that no server has. In this order, each step on disk before the next begins:
///
/// 1. The log is opened and closed, so that the database has all that the journal had.
/// 2. It is copied into the folder `log.compact`, without free pages.
/// 3. The copy is verified as a whole.
/// 4. The journal is deleted; the log is whole without it.
/// 5. The copy's file takes the name of the log's in one step (`rename`).
/// 6. The folder `log.compact` is deleted.
///
/// A process that dies meanwhile leaves a whole log: the old one before step 5, the new one after. The next compaction begins
/// again.
package struct LogCompaction {
    private let directory: DataDirectory
    private let options: EventLogOptions

    /// The sizes of the log's file, in bytes.
    package struct Outcome: Sendable, Equatable {
        package var byteCountBefore: Int
        package var byteCountAfter: Int
        /// What the verification of the copy looked at.
        package var verification: LogVerification
    }

    package init(in directory: DataDirectory, options: EventLogOptions = EventLogOptions()) {
        self.directory = directory
        self.options = options
    }

    /// - Throws: `damaged` when the log is not whole: it is left as it is then; `failed` when the disk refuses or has no room
    ///   for the copy.
    package func run() async throws(StorageError) -> Outcome {
        guard FileManager.default.fileExists(atPath: directory.logFolder) else {
            throw StorageError(.failed, "There is no log in \(directory.path). Check the path.")
        }
        try remove(directory.compactedLogFolder)
        let store = try LMDBEventStore(in: directory, options: options)
        await store.close()
        let old = directory.logFolder + "/data.mdb"
        let new = directory.compactedLogFolder + "/data.mdb"
        let before = try byteCount(of: old)
        try DataDirectory.makeFolder(directory.compactedLogFolder)
        try copy()
        options.reach(.compactedCopied)
        let verification = try verify()
        options.reach(.compactedVerified)
        try remove(directory.logFolder + "/" + Journal.fileName)
        try sync(directory.logFolder)
        options.reach(.journalRemoved)
        guard rename(new, old) == 0 else { throw failure("rename \(new) to \(old)") }
        try sync(directory.logFolder)
        options.reach(.compactedRenamed)
        try remove(directory.compactedLogFolder)
        try sync(directory.path)
        return Outcome(byteCountBefore: before, byteCountAfter: try byteCount(of: old), verification: verification)
    }

    private func copy() throws(StorageError) {
        do throws(LMDBError) {
            let environment = try Environment(path: directory.logFolder, options: options.environment)
            defer { environment.close() }
            let tables = try LogTables(environment)
            let format = try environment.read { (transaction) throws(LMDBError) in
                try transaction.value(for: LogTables.formatKey, in: tables.meta)
            }
            // With another number the journal may have what the database lacks.
            guard format.flatMap({ LogMarker($0) })?.number == UInt32(RecordLayout.format) else {
                throw LMDBError(
                    .corrupted, during: "compact", at: directory.logFolder,
                    detail: "The log could not be closed. Start the server once, stop it, and try again.")
            }
            try environment.copy(to: directory.compactedLogFolder)
        } catch {
            throw StorageError(error)
        }
    }

    /// Reads the whole copy and checks it.
    private func verify() throws(StorageError) -> LogVerification {
        let environment: Environment
        let log: LogLayout.OpenLog
        let head: LogPosition
        do throws(LMDBError) {
            environment = try Environment(path: directory.compactedLogFolder, options: options.environment)
            let tables = try LogTables(environment)
            head = try environment.read { (transaction) throws(LMDBError) in
                try tables.lastPosition(in: transaction)
            }
            log = LogLayout.OpenLog(
                environment: environment, tables: tables,
                recent: try LogLayout.recentIndex(environment, tables), tail: LogTail(after: head))
        } catch {
            throw StorageError(error)
        }
        defer { environment.close() }
        return try LogReader(log: log, head: head, scanCount: options.bounds.scanCount).verify { _ in }
    }

    private func byteCount(of path: String) throws(StorageError) -> Int {
        var status = stat()
        guard stat(path, &status) == 0 else { throw failure("look at \(path)") }
        return Int(status.st_size)
    }

    /// Deletes what is at `path`, if there is something.
    private func remove(_ path: String) throws(StorageError) {
        guard FileManager.default.fileExists(atPath: path) else { return }
        do {
            try FileManager.default.removeItem(atPath: path)
        } catch {
            throw failure("remove \(path)")
        }
    }

    /// Returns once the names in `folder` are on disk.
    private func sync(_ folder: String) throws(StorageError) {
        let descriptor = open(folder, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure("open \(folder)") }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw failure("sync \(folder)") }
    }

    private func failure(_ what: String) -> StorageError {
        StorageError(
            .failed, "Could not \(what): \(String(cString: strerror(errno))). Check the disk and who owns the folder.")
    }
}

package import Blobs
package import EventLog
import Foundation
package import Tracking
package import Transparency

/// Fills an empty data directory from a backup: first the records in order, then the objects of blobs, in any order.
///
/// Until `finish` no server starts on it. Afterwards webhooks are told nothing until somebody resumes them, since what they
/// would be told may have been told by the server that the backup is of. That is a file of this directory and not an event:
/// it is no part of the history, which stays that of the backup, record by record.
package final class Restoration {
    package let directory: DataDirectory
    private let log: LogTarget
    private let blobs: BlobFolder
    private let expected: TreeHead?
    private let now: @Sendable () -> Timestamp

    /// Begins, in a folder that is empty or in which a restore did not come to its end; that one is begun anew.
    ///
    /// - Parameter expected: The tree head that the records must have had, such as one that somebody has kept.
    /// - Throws: `unusable` when the folder has anything else.
    package init(
        path: String, expecting expected: TreeHead? = nil, options: EventLogOptions = EventLogOptions()
    ) throws {
        let manager = FileManager.default
        let names = manager.fileExists(atPath: path) ? try manager.contentsOfDirectory(atPath: path) : []
        let isOurs = manager.fileExists(atPath: DataDirectory.restoringFile(inFolderAt: path))
        guard isOurs || names.allSatisfy({ $0 == DataDirectory.lockName }) else {
            throw BackupError(
                .unusable, "\(path) is not empty. Restore into a new folder, and move it to its place afterwards.")
        }
        directory = try DataDirectory(path: path, address: "pivot restore")
        try DurableFile(directory.restoringFile).write([])
        for name in DataDirectory.restoredNames where manager.fileExists(atPath: path + "/" + name) {
            try manager.removeItem(atPath: path + "/" + name)
        }
        log = try LogTarget(in: directory, options: options)
        blobs = try BlobFolder(writing: directory.blobsFolder, clock: options.clock)
        (self.expected, now) = (expected, options.clock)
        if let expected { log.watch(expected.size) }
    }

    /// The position of the last record.
    package var head: LogPosition { log.head }

    /// Checks the records of `group`, which goes on at `head`, and adds them.
    package func append(_ group: LogGroup) throws(StorageError) { try log.append(group) }

    /// Begins an object of blobs.
    package func newObject() throws(BlobError) -> NewObject { try blobs.newObject() }

    /// Checks that the records are all that `manifest` tells of, and what somebody expects of them.
    package func checkRecords(_ manifest: BackupManifest) throws(BackupError) {
        guard log.tree == manifest.tree else {
            throw BackupError(
                .damaged,
                "The records of the backup have the tree \(log.tree), and its manifest says \(manifest.tree). Records are "
                    + "missing or were changed; restore from another backup.")
        }
        guard let expected else { return }
        guard expected.size <= log.tree.size else {
            throw BackupError(
                .damaged,
                "The note is of \(expected.size) records, and the backup has \(log.tree.size): it is older than the note, "
                    + "or of another log. Restore a later backup, or leave --since out.")
        }
        guard let found = log.tree(ofSize: expected.size), found == expected else {
            throw BackupError(
                .damaged,
                "The first \(expected.size) records of the backup have another root than the note says: the backup was "
                    + "changed, or is of another log.")
        }
    }

    /// Reads all blobs and compares them with their digests, and makes the folder a data directory.
    ///
    /// - Returns: The objects that are damaged, with what is wrong. Nothing else is held up by them.
    /// - Throws: When objects are missing; the folder stays unfinished then.
    package func finish(
        _ manifest: BackupManifest, progress: (BackupProgress) -> Void = { _ in }
    ) async throws -> [(digest: Digest, fault: BlobError)] {
        let blobs = blobs
        var (count, total) = (0, Int64(0))
        try await blobs.forEach { digest in
            count += 1
            total += try blobs.byteCount(of: digest) ?? 0
        }
        guard count >= manifest.objectCount else {
            throw BackupError(
                .damaged,
                "The backup has \(count) objects of blobs, and its manifest says \(manifest.objectCount): files are "
                    + "missing. Restore from another backup.")
        }
        let reader = FileBlobStore(reading: blobs)
        var damaged: [(digest: Digest, fault: BlobError)] = []
        var done: Int64 = 0
        try await blobs.forEach { digest in
            do throws(BlobError) {
                try await reader.verify(digest)
            } catch {
                switch error {
                case .damaged, .unsupportedVersion: damaged.append((digest, error))
                default: throw error
                }
            }
            done += try blobs.byteCount(of: digest) ?? 0
            progress(BackupProgress(.verifying, done: done, total: total))
        }
        try DurableFile(directory.webhooksPausedFile).write(Array("restored at \(now())\n".utf8))
        log.close()
        try DurableFile(directory.restoringFile).remove()
        return damaged
    }
}

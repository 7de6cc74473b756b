package import Blobs
package import EventLog
import Foundation
import Text
package import Tracking
package import Transparency

/// A backup in a folder: a log, blobs and a manifest, laid out as in a data directory.
///
/// Only one process writes it at a time, and no server starts on it.
package final class BackupFolder: BackupTarget {
    private let directory: DataDirectory
    private let log: LogTarget
    private let blobs: BlobFolder

    /// Opens the backup in the folder at `path`, or begins one there.
    ///
    /// - Throws: `unusable` when the folder holds something that no backup wrote.
    package init(path: String, options: EventLogOptions = EventLogOptions()) throws {
        let manager = FileManager.default
        let names = manager.fileExists(atPath: path) ? try manager.contentsOfDirectory(atPath: path) : []
        let marks = [
            DataDirectory.backupManifestFile(inFolderAt: path), DataDirectory.backingUpFile(inFolderAt: path),
        ]
        let isOurs = marks.contains { manager.fileExists(atPath: $0) }
        guard isOurs || names.allSatisfy({ $0 == DataDirectory.lockName }) else {
            throw BackupError(
                .unusable, "\(path) has files that no backup wrote. Name an empty folder, or one with a backup.")
        }
        directory = try DataDirectory(path: path, address: "pivot backup")
        try DurableFile(directory.backingUpFile).write([])
        log = try LogTarget(in: directory, options: options)
        blobs = try BlobFolder(writing: directory.blobsFolder, clock: options.clock)
    }

    package var tree: TreeHead { log.tree }

    package func isPrefix(of source: LogSource) throws -> Bool { try log.isPrefix(of: source) }

    package func watch(_ size: UInt64) { log.watch(size) }

    package func tree(ofSize size: UInt64) -> TreeHead? { log.tree(ofSize: size) }

    package func append(_ group: LogGroup, from source: LogSource) throws { try log.append(group, from: source) }

    package var lastRedaction: LogPosition { log.lastRedaction }

    package func lacks(_ digest: Digest, byteCount: Int64) throws -> Bool {
        try blobs.byteCount(of: digest) != byteCount
    }

    package func add(_ digest: Digest, _ file: ObjectFile) throws {
        let object = try blobs.newObject()
        try file.forEachPiece { try object.append($0) }
        try object.place(as: digest)
    }

    package func objects() async throws -> (count: Int, byteCount: Int64) {
        var (count, sum) = (0, Int64(0))
        try await blobs.forEach { digest in
            guard let byteCount = try blobs.byteCount(of: digest) else { return }
            count += 1
            sum += byteCount
        }
        return (count, sum)
    }

    package func finish(_ manifest: BackupManifest) throws {
        try DurableFile(directory.backupManifestFile).write(manifest.encoded)
        try DurableFile(directory.backingUpFile).remove()
    }

    /// Lets the folder go. Nothing is called after it.
    package func close() {
        log.close()
        directory.unlock()
    }
}

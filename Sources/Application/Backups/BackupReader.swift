import Blobs
import EventLog
import Foundation
import Tracking
import Transparency

/// A backup in a folder, as it is read to be restored. It changes nothing there.
package struct BackupReader {
    package let manifest: BackupManifest
    private let path: String

    /// - Throws: `unusable` when there is no whole backup at `path`.
    package init(path: String) throws {
        let file = DataDirectory.backupManifestFile(inFolderAt: path)
        guard let bytes = FileManager.default.contents(atPath: file), bytes.count <= BackupManifest.maximumByteCount
        else {
            let isBegun = FileManager.default.fileExists(atPath: DataDirectory.backingUpFile(inFolderAt: path))
            throw BackupError(
                .unusable,
                isBegun
                    ? "The backup in \(path) did not come to its end. Run `pivot backup` into it again."
                    : "There is no backup in \(path). Check the path.")
        }
        manifest = try BackupManifest(Array(bytes), of: path)
        self.path = path
    }

    /// Hands all that the manifest tells of to `restoration`, whose records it checks.
    package func feed(_ restoration: Restoration, progress: (BackupProgress) -> Void = { _ in }) async throws {
        let log = try LogSource(readingFolderAt: path)
        let end = manifest.position
        guard end <= log.head else {
            throw BackupError(
                .damaged,
                "The log of the backup ends at position \(log.head), and its manifest says \(end). Restore from another "
                    + "backup.")
        }
        while let group = try log.group(after: restoration.head, through: end) {
            try restoration.append(group)
            progress(
                BackupProgress(.records, done: Int64(restoration.head.rawValue), total: Int64(end.rawValue)))
        }
        try restoration.checkRecords(manifest)
        let blobs = BlobFolder(reading: DataDirectory.blobsFolder(inFolderAt: path))
        var done: Int64 = 0
        let total = manifest.objectByteCount
        try await blobs.forEach { digest in
            guard let file = try blobs.open(digest) else { return }
            let object = try restoration.newObject()
            try file.forEachPiece { try object.append($0) }
            try object.place(as: digest)
            done += file.byteCount
            progress(BackupProgress(.blobs, done: done, total: max(total, done)))
        }
    }
}

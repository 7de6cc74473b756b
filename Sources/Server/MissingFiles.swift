import Blobs
import EventLog
import ReadModels
package import Tracking

/// The files of checkpoints and artifacts that a data directory lacks.
package enum MissingFiles {
    /// Their digests, in ascending order, as the read models tell. No server has the directory, and its read models are
    /// complete.
    package static func digests(inFolderAt path: String) async throws -> [Digest] {
        let blobs = BlobFolder(reading: DataDirectory.blobsFolder(inFolderAt: path))
        let readModels = try ReadModels(folder: DataDirectory.readModelsFolder(inFolderAt: path))
        defer { readModels.close() }
        let named = try await readModels.snapshot { snapshot in try snapshot.namedBlobs() }
        return try named.files.filter { try blobs.byteCount(of: $0) == nil }.sorted()
    }
}

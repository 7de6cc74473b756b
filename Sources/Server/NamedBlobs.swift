import Blobs
import EventLog
import ReadModels
package import Tracking

/// The blobs that the documents of a data directory name, as its read models tell.
package enum NamedBlobs {
    /// The files of checkpoints and artifacts that are not there, in ascending order.
    ///
    /// No server has the directory, and its read models are complete. What else a session names need not be a blob: the digest
    /// of its data is none.
    package static func missing(inFolderAt path: String) async throws -> [Digest] {
        let blobs = BlobFolder(reading: DataDirectory.blobsFolder(inFolderAt: path))
        let readModels = try ReadModels(folder: DataDirectory.readModelsFolder(inFolderAt: path))
        defer { readModels.close() }
        var digests: Set<Digest> = []
        var cursor: BlobReferences.Cursor?
        repeat {
            let references = try await readModels.snapshot { [cursor] snapshot in
                try snapshot.blobReferences(after: cursor, documentCount: 1000)
            }
            for reference in references.all {
                if case .session = reference.owner { continue }
                digests.insert(reference.digest)
            }
            cursor = references.next
        } while cursor != nil
        return try digests.filter { try blobs.byteCount(of: $0) == nil }.sorted()
    }
}

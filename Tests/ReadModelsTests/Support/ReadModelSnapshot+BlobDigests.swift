import ReadModels
import Tracking

extension ReadModelSnapshot {
    /// All digests that the documents name, found by reads of `documentCount` documents.
    func blobDigests(documentCount: Int = 1000) throws -> Set<Digest> {
        var digests: Set<Digest> = []
        var cursor: BlobReferences.Cursor?
        repeat {
            let references = try blobReferences(after: cursor, documentCount: documentCount)
            digests.formUnion(references.all.map(\.digest))
            cursor = references.next
        } while cursor != nil
        return digests
    }
}

package import Tracking

/// All digests that the documents name.
package struct NamedBlobs: Sendable {
    /// Every one: a blob among them is in use.
    package private(set) var all: Set<Digest> = []
    /// Those of checkpoints and artifacts, which must be blobs. The others need not be: a session names the digest of its
    /// data too.
    package private(set) var files: Set<Digest> = []

    fileprivate mutating func add(_ reference: BlobReferences.Reference) {
        all.insert(reference.digest)
        switch reference.owner {
        case .session: break
        case .checkpoint, .artifact: files.insert(reference.digest)
        }
    }
}

extension ReadModelSnapshot {
    /// All digests that the documents name, in one go: for a data directory that is examined, not for one that is served.
    package func namedBlobs() throws(ReadModelError) -> NamedBlobs {
        var named = NamedBlobs()
        var cursor: BlobReferences.Cursor?
        repeat {
            let references = try blobReferences(after: cursor, documentCount: 1000)
            for reference in references.all { named.add(reference) }
            cursor = references.next
        } while cursor != nil
        return named
    }
}

package import Tracking

/// Some of the blobs that the documents name, and where to go on.
package struct BlobReferences: Sendable {
    /// The place after what was read, for the next read as of the same position.
    package struct Cursor: Sendable {
        /// The least key that may come next.
        let key: [UInt8]
    }

    /// A blob that a document names.
    package struct Reference: Sendable {
        package let digest: Digest
        package let owner: Owner
    }

    /// The document that names a blob.
    package enum Owner: Sendable {
        /// A session, for a checkpoint that it continues or a fact that was recorded of it.
        case session
        case checkpoint(CheckpointDocument)
        /// A version of an artifact.
        case artifact(ArtifactDocument)
    }

    /// The references, some of them to the same blob.
    package var all: [Reference] = []
    /// Nil when there are no more.
    package var next: Cursor?
}

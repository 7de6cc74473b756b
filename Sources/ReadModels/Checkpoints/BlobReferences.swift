package import Tracking

/// Some of the digests that the documents name, and where to go on.
package struct BlobReferences: Sendable {
    /// The place after what was read, for the next read as of the same position.
    package struct Cursor: Sendable {
        /// The least key that may come next.
        let key: [UInt8]
    }

    /// The digests, some of them several times.
    package var digests: [Digest] = []
    /// Nil when there are no more.
    package var next: Cursor?
}

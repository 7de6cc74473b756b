package import NIOCore

/// The source of a reader's bytes. A store never hands out wrong bytes: what it cannot verify it throws as `damaged`.
package protocol BlobContents: Sendable {
    /// Verified bytes from the start of `range`, at least one and at most 1 MiB, and not beyond its end.
    ///
    /// `range` is not empty and lies within the blob.
    func bytes(atStartOf range: Range<Int64>) async throws(BlobError) -> ByteBuffer
}

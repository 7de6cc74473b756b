package import Tracking

/// Reads one blob, whole or in parts, as often as wanted.
///
/// The blob stays readable as long as the reader lives, whatever is deleted meanwhile. Parts may be read concurrently; they
/// take turns.
package struct BlobReader: Sendable {
    /// The blob's address.
    package let digest: Digest
    /// The bytes of the blob.
    package let byteCount: Int64

    private let contents: any BlobContents

    /// A reader of the blob that `contents` gives the bytes of.
    package init(digest: Digest, byteCount: Int64, contents: any BlobContents) {
        self.digest = digest
        self.byteCount = byteCount
        self.contents = contents
    }

    /// The bytes of `range`, in order, in buffers of at most 1 MiB.
    ///
    /// Only the frames that hold them are read and decompressed; each is verified before any of its bytes is handed
    /// out, and a mismatch ends the sequence with `.damaged`. `range` lies within `0..<byteCount`.
    package func bytes(in range: Range<Int64>) -> BlobBytes {
        precondition(range.lowerBound >= 0 && range.upperBound <= byteCount, "the range lies within the blob")
        return BlobBytes(range: range, contents: contents)
    }

    /// All bytes of the blob.
    package func bytes() -> BlobBytes { bytes(in: 0..<byteCount) }
}

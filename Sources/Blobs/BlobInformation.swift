package import Tracking

/// What the store knows of a blob without reading its bytes.
package struct BlobInformation: Equatable, Sendable {
    /// The address.
    package let digest: Digest
    /// How many bytes a reader gets.
    package let byteCount: Int64
    /// How many bytes the blob takes in the store, with the tensors it shares with others.
    package let storedByteCount: Int64
    /// How the bytes lie in the store.
    package let encoding: BlobEncoding
    /// When it was put, or put again, last.
    package let renewedAt: Timestamp
}

package import Tracking

/// The facts about a blob that need no reading of its bytes.
package struct BlobInformation: Equatable, Sendable {
    /// The address.
    package let digest: Digest
    /// The bytes that a reader gets.
    package let byteCount: Int64
    /// The bytes that the blob takes in the store, with the tensors it shares with others.
    package let storedByteCount: Int64
    /// The form in which the bytes lie in the store.
    package let encoding: BlobEncoding
    /// The time at which it was put, or put again, last.
    package let renewedAt: Timestamp

    package init(
        digest: Digest, byteCount: Int64, storedByteCount: Int64, encoding: BlobEncoding, renewedAt: Timestamp
    ) {
        self.digest = digest
        self.byteCount = byteCount
        self.storedByteCount = storedByteCount
        self.encoding = encoding
        self.renewedAt = renewedAt
    }
}

package import Tracking

/// The blob that a `put` stored, or found.
package struct StoredBlob: Sendable {
    /// The address: SHA-256 of the bytes as they came.
    package let digest: Digest
    /// The bytes that came.
    package let byteCount: Int64
    /// The bytes that the blob takes in the store, with the tensors it shares with others.
    package let storedByteCount: Int64
    /// The bytes of those that are new in the store.
    package let addedByteCount: Int64
    /// The form in which the bytes lie in the store.
    package let encoding: BlobEncoding
    /// True when the store had this blob before.
    package let wasPresent: Bool
    /// Keeps the blob from the sweep; release it once the event that names the blob is appended or refused.
    package let pin: BlobPin

    package init(
        digest: Digest, byteCount: Int64, storedByteCount: Int64, addedByteCount: Int64, encoding: BlobEncoding,
        wasPresent: Bool, pin: BlobPin
    ) {
        self.digest = digest
        self.byteCount = byteCount
        self.storedByteCount = storedByteCount
        self.addedByteCount = addedByteCount
        self.encoding = encoding
        self.wasPresent = wasPresent
        self.pin = pin
    }
}

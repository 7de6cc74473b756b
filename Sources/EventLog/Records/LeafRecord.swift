package import Tracking
package import Transparency

/// A record as others can check it: its header, which is a leaf of the tree, and what the header has the digest of.
package struct LeafRecord: Hashable, Sendable {
    /// A payload before compression, and the random bytes that were hashed before it.
    package struct Content: Hashable, Sendable {
        package let salt: [UInt8]
        package let payload: [UInt8]
    }

    package let position: LogPosition
    /// The header as it lies in the log.
    package let header: [UInt8]
    /// SHA-256 of salt and payload, as the header has it.
    package let payloadDigest: Digest
    /// Nil when it was redacted.
    package let content: Content?

    /// The header as a leaf.
    package var leaf: TreeHash { .leaf(header) }
}

extension RecordDecoder {
    /// The record behind `view`, with what was hashed.
    func leafRecord(_ view: RecordView) throws(RecordError) -> LeafRecord {
        LeafRecord(
            position: view.position, header: Array(view.bytes[..<view.headerByteCount]),
            payloadDigest: view.payloadDigest, content: try content(of: view))
    }

    /// The record that `bytes` hold.
    func leafRecord(_ bytes: [UInt8]) throws(RecordError) -> LeafRecord {
        let result = bytes.withUnsafeBytes { buffer in
            Result { () throws(RecordError) in try leafRecord(RecordView(buffer)) }
        }
        return try result.get()
    }
}

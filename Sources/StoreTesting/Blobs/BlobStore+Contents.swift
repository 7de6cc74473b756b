package import Blobs
import NIOCore
package import Tracking

extension BlobStore {
    /// The bytes of a range of a blob, or all of them.
    package func contents(_ digest: Digest, _ range: Range<Int64>? = nil) async throws(BlobError) -> [UInt8] {
        let reader = try await open(digest)
        var bytes: [UInt8] = []
        var parts = reader.bytes(in: range ?? 0..<reader.byteCount).makeAsyncIterator()
        while let part = try await parts.next() { bytes += part.readableBytesView }
        return bytes
    }

    /// Stores bytes that come in pieces.
    package func put(
        _ bytes: [UInt8], hint: BlobHint = .unknown, parent: Digest? = nil
    ) async throws(BlobError) -> StoredBlob {
        try await put(contentsOf: Source(bytes: bytes), hint: hint, parent: parent)
    }
}

import Tracking

/// A frame of an upload on its way from stage to stage: its memory, and what the stages have found out about it.
///
/// The first stage fills it with content, the encoder puts the stored bytes in the content's place, and the last stage
/// gives it back to the first. It is sendable because only one stage holds it at a time: whoever passes it on through
/// an `UploadQueue` does not touch it again, and the queue's lock orders what the one did before what the next does.
final class UploadFrame: @unchecked Sendable {
    /// The place of chunks that follow each other.
    enum Part: Equatable {
        /// In the bundle that is being written.
        case new(offset: Int, byteCount: Int)
        /// In an object of the store.
        case known(Digest, offset: Int, byteCount: Int)
    }

    /// Content as it came; the stored bytes once it is encoded.
    var memory = ScratchMemory(byteCount: PackFormat.frameByteCount)
    /// The bytes of content: 1 byte to 1 MiB.
    var byteCount = 0
    /// The pack that it belongs to and the order of its bytes there.
    var kind = UploadPlan.Kind.frames(nil)
    /// The offset of its first byte in the whole content.
    var offset: Int64 = 0
    /// The ends of the chunks in it; they are all of it.
    var chunkEnds: [Int] = []
    /// The places of those chunks in their order, once they are known. The content is only what is new by then.
    var parts: [Part] = []
    /// The bytes before the first number, if there are numbers.
    var headByteCount = 0
    /// The bundle that ends here.
    var bundle: UploadBundle?
    /// True for a tensor's last frame.
    var endsTensor = false
    /// The place of the frame in its tensor's pack.
    var tensorRow = 0
    /// The digest of the tensor that ends here, once it is hashed.
    var tensor: Digest?
    /// The packs that the tensor which ends here leans on, once it is encoded.
    var bases: [Digest] = []
    /// The frame's row, once it is encoded.
    var row: PackRow.Frame?

    /// The content, until it is encoded.
    var content: UnsafeRawBufferPointer { memory.prefix(byteCount) }

    /// Adds the place of the next chunk; it goes on with the one before it where that one ends.
    func append(_ part: Part) {
        switch (parts.last, part) {
        case (.new(let start, let count)?, .new(let offset, let byteCount)) where start + count == offset:
            parts[parts.count - 1] = .new(offset: start, byteCount: count + byteCount)
        case (.known(let object, let start, let count)?, .known(let next, let offset, let byteCount))
        where next == object && start + count == offset:
            parts[parts.count - 1] = .known(object, offset: start, byteCount: count + byteCount)
        default: parts.append(part)
        }
    }

    /// Makes it an empty frame of the given kind.
    func begin(_ kind: UploadPlan.Kind, tensorRow: Int) {
        byteCount = 0
        self.kind = kind
        self.tensorRow = tensorRow
        bases = []
        chunkEnds.removeAll(keepingCapacity: true)
        parts.removeAll(keepingCapacity: true)
        headByteCount = 0
        bundle = nil
        endsTensor = false
        tensor = nil
        row = nil
    }
}

/// New chunks of an upload, one after the other: an object of their own.
struct UploadBundle: Sendable {
    /// The address: the SHA-256 of the chunks' digests and byte counts. That of the content would take the time of hashing it a
    /// third time.
    var digest: Digest
    var chunks: [(digest: Digest, offset: Int, byteCount: Int)]

    init(_ chunks: [(digest: Digest, offset: Int, byteCount: Int)]) {
        self.chunks = chunks
        var list = Array("PIVOT bundle\n".utf8)
        list.reserveCapacity(list.count + chunks.count * 36)
        for chunk in chunks {
            list += chunk.digest.bytes
            list.append(littleEndian: UInt32(chunk.byteCount))
        }
        digest = Digest(hashing: list)
    }

    var byteCount: Int { chunks.last.map { $0.offset + $0.byteCount } ?? 0 }
}

import Tracking

/// A pack held open with its bases, for reading.
///
/// Of a pack whose frames are differences the frame at the same place of its base is read first, and of that one's.
struct PackChain {
    /// The pack, its base, and that one's.
    private let packs: [StoredPack]

    /// The pack itself.
    var pack: StoredPack { packs[0] }

    /// The bases of the pack, the nearest first.
    var bases: [Digest] { packs.dropFirst().map(\.digest) }

    /// Opens the bases of `pack` in `directory`. Throws `.damaged` with the digest of what is missing or does not fit.
    init(_ pack: StoredPack, in directory: BlobDirectory) throws(BlobError) {
        var packs = [pack]
        // A composed file needs its bases elsewhere.
        if !pack.table.isComposed {
            for digest in pack.table.bases {
                guard let base = try directory.pack(digest) else { throw .damaged(digest, .missingTensor(digest)) }
                guard base.table.rows.count == pack.table.rows.count, base.table.byteCount == pack.table.byteCount
                else { throw .damaged(digest, .table) }
                packs.append(base)
            }
        }
        self.packs = packs
    }

    /// Reads the frame of row `index` into `content`, which has its byte count, and verifies it.
    ///
    /// Throws `.damaged` with the digest of the pack, or of the base, in which something is wrong.
    func read(
        row index: Int, into content: UnsafeMutableRawBufferPointer, using reader: inout PackReader
    ) throws(BlobError) {
        try read(row: index, of: 0, into: content, using: &reader)
    }

    private func read(
        row index: Int, of level: Int, into content: UnsafeMutableRawBufferPointer, using reader: inout PackReader
    ) throws(BlobError) {
        let pack = packs[level]
        guard case .frame(let frame) = pack.table.rows[index], frame.byteCount == content.count else {
            throw .damaged(pack.digest, .table)
        }
        guard frame.difference != .none else {
            return try pack.read(frame, row: index, into: content, using: &reader.decoder)
        }
        guard level + 1 < packs.count else { throw .damaged(pack.digest, .table) }
        let memory = reader.memory(ofLevel: level)
        try read(row: index, of: level + 1, into: memory.bytes.mutablePrefix(content.count), using: &reader)
        try pack.read(
            frame, row: index, base: memory.bytes.prefix(content.count), into: content, using: &reader.decoder)
    }
}

/// What reading packs takes: a decoder, and the memory of a frame for each base below another.
struct PackReader: ~Copyable {
    fileprivate var decoder: PackFrameDecoder
    private var memories: [FrameMemory] = []

    /// Throws `.outOfMemory`.
    init() throws(BlobError) {
        do { decoder = try PackFrameDecoder() } catch { throw .outOfMemory }
    }

    fileprivate mutating func memory(ofLevel level: Int) -> FrameMemory {
        while memories.count <= level { memories.append(FrameMemory()) }
        return memories[level]
    }
}

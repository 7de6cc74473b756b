import NIOCore
import Tracking

/// A pack's content, read frame by frame on its executor.
actor FileBlobContents: BlobContents {
    private let executor: FileExecutor
    private let directory: BlobDirectory
    private let pin: BlobPin
    private let pack: StoredPack
    private var reader: PackReader
    /// The packs read last, held open, the last one at the end.
    private var chains: [PackChain] = []
    /// The frames of slices read last, whole, the last one at the end: slices lie wild in a file with many changes.
    private var frames: [(pack: Digest, row: Int, content: ByteBuffer)] = []

    private static let chainCount = 8
    private static let frameCount = 2

    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// Reads `pack`, whose references are pinned by `pin`, and releases `pin` at its own end.
    init(pack: StoredPack, directory: BlobDirectory, pin: BlobPin, executor: FileExecutor) throws(BlobError) {
        reader = try PackReader()
        self.executor = executor
        self.directory = directory
        self.pin = pin
        self.pack = pack
    }

    deinit { directory.release(pin) }

    func bytes(atStartOf range: Range<Int64>) throws(BlobError) -> ByteBuffer {
        let index = pack.table.row(at: range.lowerBound)
        let start = pack.table.contentOffsets[index]
        let local = range.lowerBound - start..<min(range.upperBound, pack.table.contentOffsets[index + 1]) - start
        do throws(BlobError) {
            switch pack.table.rows[index] {
            case .frame(let frame):
                return try read(frame, row: index, of: try opened(pack), local)
            case .tensor(let digest, let byteCount):
                let tensor = try opened(digest, byteCount: byteCount)
                let table = tensor.pack.table
                let row = table.row(at: local.lowerBound)
                guard case .frame(let frame) = table.rows[row] else { throw BlobError.damaged(digest, .table) }
                let start = table.contentOffsets[row]
                let end = min(local.upperBound, table.contentOffsets[row + 1])
                return try read(frame, row: row, of: tensor, local.lowerBound - start..<end - start)
            case .slice(let base, let offset, _):
                let range = offset + local.lowerBound..<offset + local.upperBound
                return try readSlice(of: try opened(pack.table.bases[base]), range)
            }
        } catch .damaged(let digest, let damage) where digest != pack.digest {
            noteDamage()
            throw .damaged(pack.digest, damage == .missingTensor(digest) ? damage : .damagedTensor(digest))
        } catch .damaged(let digest, let damage) {
            noteDamage()
            throw .damaged(digest, damage)
        }
    }

    /// What damaged one object of the content may have damaged the others, which nobody has read: an upload replaces them all.
    private func noteDamage() { directory.noteDamage(of: [pack.digest] + pack.table.references) }

    private func opened(_ digest: Digest, byteCount: Int64? = nil) throws(BlobError) -> PackChain {
        if let chain = chains.last(where: { $0.pack.digest == digest }) { return chain }
        guard let pack = try directory.pack(digest) else { throw .damaged(digest, .missingTensor(digest)) }
        guard byteCount.map({ $0 == pack.table.byteCount }) ?? true else { throw .damaged(digest, .table) }
        return try opened(pack)
    }

    private func opened(_ pack: StoredPack) throws(BlobError) -> PackChain {
        if let chain = chains.last(where: { $0.pack.digest == pack.digest }) { return chain }
        let opened = try PackChain(pack, in: directory)
        if chains.count == Self.chainCount { chains.removeFirst() }
        chains.append(opened)
        return opened
    }

    /// The bytes of `range` of another pack's content, as far as one frame has them.
    private func readSlice(of chain: PackChain, _ range: Range<Int64>) throws(BlobError) -> ByteBuffer {
        let table = chain.pack.table
        guard range.upperBound <= table.byteCount else { throw .damaged(chain.pack.digest, .table) }
        let row = table.row(at: range.lowerBound)
        guard case .frame(let frame) = table.rows[row] else { throw .damaged(chain.pack.digest, .table) }
        let start = table.contentOffsets[row]
        let local = range.lowerBound - start..<min(range.upperBound, table.contentOffsets[row + 1]) - start
        let content: ByteBuffer
        if let known = frames.last(where: { $0.pack == chain.pack.digest && $0.row == row }) {
            content = known.content
        } else {
            content = try read(frame, row: row, of: chain, 0..<Int64(frame.byteCount))
            if frames.count == Self.frameCount { frames.removeFirst() }
            frames.append((chain.pack.digest, row, content))
        }
        return content.getSlice(at: Int(local.lowerBound), length: local.count) ?? ByteBuffer()
    }

    /// The bytes `range` of one frame, after all of the frame was verified.
    private func read(
        _ frame: PackRow.Frame, row: Int, of chain: PackChain, _ range: Range<Int64>
    ) throws(BlobError) -> ByteBuffer {
        var buffer = ByteBufferAllocator().buffer(capacity: frame.byteCount)
        var result: Result<Void, BlobError> = .success(())
        buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: frame.byteCount) { room in
            let content = UnsafeMutableRawBufferPointer(rebasing: room[..<frame.byteCount])
            result = Result { () throws(BlobError) in
                try chain.read(row: row, into: content, using: &reader)
            }
            return frame.byteCount
        }
        try result.get()
        buffer.moveReaderIndex(to: Int(range.lowerBound))
        buffer.moveWriterIndex(to: Int(range.upperBound))
        return buffer
    }
}

import Compression
import Tracking

/// The third stage of an upload: turns the content of frames into what packs store of it.
actor UploadEncoder {
    /// The base of the tensor that is being encoded, held open.
    private struct Base {
        let tensor: UploadBase
        let chain: PackChain
        /// True once a frame is a difference from it.
        var isUsed = false
    }

    /// What reading bases takes.
    private final class BaseReader {
        var reader: PackReader
        let content = FrameMemory()

        init() throws(BlobError) { reader = try PackReader() }
    }

    private let executor: FileExecutor
    private let directory: BlobDirectory
    private var encoder: PackFrameEncoder
    /// Nil before the first base.
    private var baseReader: BaseReader?
    private var base: Base?

    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// Throws `.outOfMemory`.
    init(directory: BlobDirectory, executor: FileExecutor) throws(BlobError) {
        do { encoder = try PackFrameEncoder() } catch { throw .outOfMemory }
        self.directory = directory
        self.executor = executor
    }

    /// Encodes the frames of `hashed` and adds them to `encoded`, until no more come.
    func run(from hashed: UploadQueue, to encoded: UploadQueue) async {
        while let frame = await hashed.next() {
            encode(frame)
            encoded.add(frame)
            await executor.letOthersRun()
        }
        encoded.finish()
    }

    private func encode(_ frame: UploadFrame) {
        switch frame.kind {
        case .frames(nil): frame.row = encoder.encode(&frame.memory, byteCount: frame.byteCount)
        case .chunks where frame.byteCount == 0: break
        case .chunks:
            frame.row = encoder.encode(&frame.memory, byteCount: frame.byteCount, head: frame.headByteCount)
        case .frames(let transform?):
            frame.row = encoder.encode(&frame.memory, byteCount: frame.byteCount, transform: transform)
        case .tensor(let transform, let candidate):
            if frame.tensorRow == 0 { base = candidate.flatMap { open($0) } }
            frame.row =
                encodeAsDifference(frame, transform)
                ?? encoder.encode(&frame.memory, byteCount: frame.byteCount, transform: transform)
            if frame.endsTensor { endTensor(frame) }
        }
    }

    // MARK: Differences

    /// Opens the base of a tensor that begins; nil when it cannot be read.
    private func open(_ candidate: UploadBase) -> Base? {
        do throws(BlobError) {
            guard let pack = try directory.pack(candidate.digest) else { return nil }
            return Base(tensor: candidate, chain: try PackChain(pack, in: directory))
        } catch {
            return nil
        }
    }

    /// The row of a frame that has a base; nil when it has none that can be read.
    private func encodeAsDifference(_ frame: UploadFrame, _ transform: FrameTransform) -> PackRow.Frame? {
        guard let base, frame.tensorRow < base.chain.pack.table.rows.count else { return nil }
        let content: UnsafeMutableRawBufferPointer
        do throws(BlobError) {
            let reader = if let baseReader { baseReader } else { try BaseReader() }
            baseReader = reader
            content = reader.content.bytes.mutablePrefix(frame.byteCount)
            try base.chain.read(row: frame.tensorRow, into: content, using: &reader.reader)
        } catch {
            if case .damaged(let digest, _) = error { directory.noteDamage(of: [digest]) }
            return nil
        }
        let row = encoder.encode(
            &frame.memory, byteCount: frame.byteCount, transform: transform,
            base: UnsafeRawBufferPointer(content), areNumbers: base.tensor.areNumbers, isFirst: frame.tensorRow == 0)
        if row.difference != .none { self.base?.isUsed = true }
        return row
    }

    private func endTensor(_ frame: UploadFrame) {
        if let base, base.isUsed { frame.bases = [base.tensor.digest] + base.chain.bases }
        base = nil
    }
}

import Compression

/// The third stage of an upload: turns the content of frames into what packs store of it.
actor UploadEncoder {
    private let executor: FileExecutor
    private var encoder: PackFrameEncoder

    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// Throws `.outOfMemory`.
    init(executor: FileExecutor) throws(BlobError) {
        do { encoder = try PackFrameEncoder() } catch { throw .outOfMemory }
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
        case .frames(let transform?), .tensor(let transform):
            frame.row = encoder.encode(&frame.memory, byteCount: frame.byteCount, transform: transform)
        }
    }
}

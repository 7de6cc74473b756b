import Tracking

/// The second stage of an upload: the digests of the file and of its tensors.
actor UploadHasher {
    private let executor: FileExecutor
    private var file = Digest.Hasher()
    private var tensor = Digest.Hasher()

    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    init(executor: FileExecutor) { self.executor = executor }

    /// Hashes the frames of `cut` and adds them to `hashed`, until no more come. Returns the digest of all content.
    func run(from cut: UploadQueue, to hashed: UploadQueue) async -> Digest {
        while let frame = await cut.next() {
            hash(frame)
            hashed.add(frame)
            await executor.letOthersRun()
        }
        hashed.finish()
        return file.finalize()
    }

    private func hash(_ frame: UploadFrame) {
        file.update(frame.content)
        guard case .tensor = frame.kind else { return }
        tensor.update(frame.content)
        if frame.endsTensor {
            frame.tensor = tensor.finalize()
            tensor = Digest.Hasher()
        }
    }
}

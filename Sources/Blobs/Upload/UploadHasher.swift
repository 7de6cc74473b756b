import Tracking

/// The second stage of an upload: the digests of the file and of its tensors.
actor UploadHasher {
    private let executor: FileExecutor
    private var hasher = ContentHasher()

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
        return hasher.finalize()
    }

    private func hash(_ frame: UploadFrame) {
        guard case .tensor = frame.kind else {
            hasher.update(frame.content, isTensor: false)
            return
        }
        hasher.update(frame.content, isTensor: true)
        if frame.endsTensor { frame.tensor = hasher.endTensor() }
    }
}

import Glibc
import Tracking

/// The second stage of an upload: the digests of the file, and of the tensors or chunks in it; and which chunks are new.
actor UploadHasher {
    private let executor: FileExecutor
    private var hasher = ContentHasher()
    private var bundles: BundleMaker

    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    init(directory: BlobDirectory, pin: BlobPin, executor: FileExecutor) {
        bundles = BundleMaker(directory: directory, pin: pin)
        self.executor = executor
    }

    /// Hashes the frames of `cut` and adds them to `hashed`, until no more come. Returns the digest of all content, and the
    /// bundle that ends with it.
    func run(from cut: UploadQueue, to hashed: UploadQueue) async -> (content: Digest, bundle: UploadBundle?) {
        while let frame = await cut.next() {
            hash(frame)
            hashed.add(frame)
            await executor.letOthersRun()
        }
        hashed.finish()
        return (hasher.finalize(), bundles.end())
    }

    private func hash(_ frame: UploadFrame) {
        switch frame.kind {
        case .frames: hasher.update(frame.content, isTensor: false)
        case .tensor:
            hasher.update(frame.content, isTensor: true)
            if frame.endsTensor { frame.tensor = hasher.endTensor() }
        case .chunks:
            bundles.take(frame) { chunk in
                hasher.update(chunk, isTensor: true)
                return hasher.endTensor()
            }
        }
    }
}

/// Tells new chunks from those that the store has, and puts the new ones together to bundles.
///
/// The memory that it takes is that of one bundle's chunks, and 100 bytes for each bundle of the upload.
private struct BundleMaker {
    private let directory: BlobDirectory
    private let pin: BlobPin
    private var byteCount = 0
    private var chunks: [(digest: Digest, offset: Int, byteCount: Int)] = []
    /// The offsets of the chunks of the bundle that is being made.
    private var own: [Digest: Int] = [:]
    /// The objects that chunks were found in, and whether they can be used.
    private var known: [Digest: Bool] = [:]

    init(directory: BlobDirectory, pin: BlobPin) {
        self.directory = directory
        self.pin = pin
    }

    /// Finds the place of each chunk of `frame`, and leaves of its content only the new ones.
    mutating func take(_ frame: UploadFrame, digest: (UnsafeRawBufferPointer) -> Digest) {
        var (start, kept) = (0, 0)
        for end in frame.chunkEnds {
            let chunk = UnsafeRawBufferPointer(rebasing: frame.content[start..<end])
            let id = digest(chunk)
            if let part = place(of: id, byteCount: chunk.count) {
                frame.append(part)
            } else {
                frame.append(add(id, chunk))
                if kept == 0 { frame.headByteCount = Int((8 - (frame.offset + Int64(start)) % 8) % 8) }
                if kept != start, let target = frame.memory.bytes.baseAddress, let source = chunk.baseAddress {
                    memmove(target + kept, source, chunk.count)
                }
                kept += chunk.count
            }
            start = end
        }
        frame.byteCount = kept
        if byteCount >= ChunkFormat.bundleByteCount { frame.bundle = end() }
    }

    private func isUsable(_ object: Digest) -> Bool {
        do throws(BlobError) {
            // Slices are parts of packs that lean on nothing.
            return try directory.renew(object, pin: pin)?.level == 0
        } catch {
            return false
        }
    }

    /// The place of a chunk that is there already; nil when it is new.
    private mutating func place(of chunk: Digest, byteCount: Int) -> UploadFrame.Part? {
        if let offset = own[chunk] { return .new(offset: offset, byteCount: byteCount) }
        guard let location = directory.chunks.location(of: chunk), location.byteCount == byteCount else { return nil }
        let isUsable = known[location.object] ?? self.isUsable(location.object)
        known[location.object] = isUsable
        return isUsable ? .known(location.object, offset: location.offset, byteCount: byteCount) : nil
    }

    private mutating func add(_ id: Digest, _ chunk: UnsafeRawBufferPointer) -> UploadFrame.Part {
        let offset = byteCount
        own[id] = offset
        chunks.append((id, offset, chunk.count))
        byteCount += chunk.count
        return .new(offset: offset, byteCount: chunk.count)
    }

    /// The bundle that was being made; nil when it has no chunk.
    mutating func end() -> UploadBundle? {
        guard byteCount > 0 else { return nil }
        let bundle = UploadBundle(chunks)
        known[bundle.digest] = true
        byteCount = 0
        chunks = []
        own = [:]
        return bundle
    }
}

import Blobs
import NIOCore
import Synchronization
import Tracking

/// The blobs of one life of a server. What the store's own threads do happens at once for the simulation; others go on
/// before and after it.
final class SimulatedBlobs: BlobStore {
    private let store: FileBlobStore
    private let loop: SimulationLoop
    private let bug: PlantedBug?

    init(_ store: FileBlobStore, loop: SimulationLoop, planted bug: PlantedBug?) {
        self.store = store
        self.loop = loop
        self.bug = bug
    }

    private func finish<Value: Sendable>(
        _ body: @escaping @Sendable (FileBlobStore) async throws(BlobError) -> Value
    ) async throws(BlobError) -> Value {
        await loop.pause()
        let store = store
        let result = loop.finish { () async -> Result<Value, BlobError> in
            do throws(BlobError) { return .success(try await body(store)) } catch { return .failure(error) }
        }
        await loop.pause()
        return try result.get()
    }

    func put<Source: AsyncSequence>(
        contentsOf source: Source, hint: BlobHint, parent: Digest?
    ) async throws(BlobError) -> StoredBlob where Source.Element == ByteBuffer {
        var bytes = ByteBuffer()
        do {
            for try await buffer in source { bytes.writeImmutableBuffer(buffer) }
        } catch {
            throw .sourceFailed(error)
        }
        let whole = bytes
        return try await finish { (store) async throws(BlobError) in
            try await store.put(whole, hint: hint, parent: parent)
        }
    }

    func release(_ pin: BlobPin) async {
        let store = store
        loop.finish { await store.release(pin) }
    }

    func discard(_ pin: BlobPin) async {
        let store = store
        loop.finish { await store.discard(pin) }
    }

    func renew(_ digest: Digest) async throws(BlobError) -> BlobPin? {
        try await finish { (store) async throws(BlobError) in try await store.renew(digest) }
    }

    func information(about digest: Digest) async throws(BlobError) -> BlobInformation? {
        try await finish { (store) async throws(BlobError) in try await store.information(about: digest) }
    }

    func open(_ digest: Digest) async throws(BlobError) -> BlobReader {
        try await finish { (store) async throws(BlobError) in try await store.open(digest) }
    }

    func verify(_ digest: Digest) async throws(BlobError) {
        try await finish { (store) async throws(BlobError) in try await store.verify(digest) }
    }

    func all() async throws(BlobError) -> [Digest] {
        try await finish { (store) async throws(BlobError) in try await store.all() }
    }

    func usage(of uses: BlobUses) async throws(BlobError) -> BlobUsage {
        try await finish { (store) async throws(BlobError) in try await store.usage(of: uses) }
    }

    func beginSweep(now: Timestamp) async -> BlobMarks {
        let store = store
        let marks = loop.finish { await store.beginSweep(now: now) }
        await loop.pause()
        return marks
    }

    func sweep(keeping marks: BlobMarks, olderThan grace: Duration) async throws(BlobError) -> SweepReport {
        let kept = bug == .sweptBlob ? BlobMarks(beginning: marks.beginning) : marks
        return try await finish { (store) async throws(BlobError) in
            try await store.sweep(keeping: kept, olderThan: grace)
        }
    }
}

import Blobs
import StoreTesting
import TestSupport
import Testing
import Tracking

/// A process that is killed while it stores a file, on real files.
@Suite("A killed process")
struct BlobKillTests {
    /// A file with tensors, of about 400 KB.
    private static func file(seed: UInt64) -> [UInt8] {
        var random = SeededGenerator(seed: seed)
        return Safetensors.file([
            ("a", "F32", random.weights(30_000)), ("b", "BF16", random.noise(200_000)), ("c", "F32", random.weights(9)),
        ])
    }

    /// Opens the store in `folder`, where the process dies at a call, and puts the file.
    private static func put(in folder: String, diesAt number: Int) async throws {
        let store = try FileBlobStore(
            root: folder + "/store", fileSystem: KillingFileSystem(diesAt: number),
            clock: { Timestamp(rawValue: 1_000_000) })
        _ = try await store.put(file(seed: 1))
    }

    /// The calls of one put after the three of opening; were there fewer, the process would end in peace and fail this.
    @Test(
        "leaves nothing half-visible, and the next process stores the same file",
        arguments: 3...27)
    func killed(number: Int) async throws {
        let folder = try TemporaryDirectory()
        await #expect(processExitsWith: .signal(9)) { [path = folder.path as String, number = number as Int] in
            try await BlobKillTests.put(in: path, diesAt: number)
        }
        let store = try FileBlobStore(root: folder.path + "/store", clock: { Timestamp(rawValue: 2_000_000) })
        #expect(try folder.files().allSatisfy { !$0.contains("temporary/") })
        for digest in try await store.all() { try await store.verify(digest) }
        let bytes = Self.file(seed: 1)
        let stored = try await store.put(bytes)
        #expect(stored.digest == Digest(hashing: bytes))
        try await store.verify(stored.digest)
        #expect(try await store.all().count == 3)
        #expect(try folder.files().count == 3)
    }

    /// Two versions of a checkpoint, or of a file that is cut into chunks.
    private static func versions(areTensors: Bool) -> (old: [UInt8], new: [UInt8]) {
        var random = SeededGenerator(seed: 2)
        guard areTensors else {
            let old = random.noise(1_000_000)
            return (old, Array(old[..<100_001]) + random.noise(20_000) + Array(old[100_001...]))
        }
        let old = random.weights(60_000)
        let new = random.moved(old, by: 0.001)
        return (Safetensors.file([("t", "F32", old)]), Safetensors.file([("t", "F32", new)]))
    }

    private static func putNext(in folder: String, areTensors: Bool, diesAt number: Int) async throws {
        let (old, new) = versions(areTensors: areTensors)
        let store = try FileBlobStore(
            root: folder + "/store", fileSystem: KillingFileSystem(diesAt: number),
            chunks: StoredChunkIndex(in: folder + "/store"), clock: { Timestamp(rawValue: 1_000_000) })
        _ = try await store.put(new, parent: Digest(hashing: old))
    }

    @Test(
        "leaves the version before whole, and the next process stores the same difference",
        arguments: [false, true], 3...12)
    func killedAtNextVersion(areTensors: Bool, number: Int) async throws {
        let folder = try TemporaryDirectory()
        func open() throws -> FileBlobStore {
            try FileBlobStore(
                root: folder.path + "/store", chunks: StoredChunkIndex(in: folder.path + "/store"),
                clock: { Timestamp(rawValue: 2_000_000) })
        }
        let (old, new) = Self.versions(areTensors: areTensors)
        _ = try await open().put(old)
        await #expect(processExitsWith: .signal(9)) {
            [path = folder.path as String, areTensors = areTensors as Bool, number = number as Int] in
            try await BlobKillTests.putNext(in: path, areTensors: areTensors, diesAt: number)
        }
        let store = try open()
        for digest in try await store.all() { try await store.verify(digest) }
        let stored = try await store.put(new, parent: Digest(hashing: old))
        #expect(stored.addedByteCount < Int64(new.count) * 8 / 10)
        for bytes in [old, new] { #expect(try await store.contents(Digest(hashing: bytes)) == bytes) }
    }
}

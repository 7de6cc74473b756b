import Blobs
import NIOCore
import StoreTesting
import TestSupport
import Testing
import Tracking

@Suite("A blob whose file is damaged")
struct BlobDamageTests {
    private let disk = SimulatedDisk()

    private func store() throws -> FileBlobStore {
        try FileBlobStore(root: "store", fileSystem: disk, clock: { Timestamp(rawValue: 0) })
    }

    private func path(_ digest: Digest) -> String { "store/objects/\(digest.hex.prefix(2))/\(digest.hex.dropFirst(2))" }

    @Test("The frames before the damage are read, the damaged one is not handed out")
    func middle() async throws {
        var random = SeededGenerator(seed: 1)
        let store = try store()
        let bytes = random.noise(3 << 20)
        let digest = try await store.put(bytes, hint: .opaque).digest
        disk.damage(path(digest), at: 16 + (1 << 20) + 5)
        let reader = try await store.open(digest)
        var read: [UInt8] = []
        await #expect(throws: BlobError.damaged(digest, .frame(1))) {
            var parts = reader.bytes().makeAsyncIterator()
            while let part = try await parts.next() { read += part.readableBytesView }
        }
        #expect(read == Array(bytes.prefix(1 << 20)))
        let last = Int64(2 << 20)..<Int64(3 << 20)
        #expect(try await store.contents(digest, last) == Array(bytes[(2 << 20)...]))
        await #expect(throws: BlobError.damaged(digest, .frame(1))) { try await store.verify(digest) }
    }

    @Test("Putting the same bytes again heals it")
    func healing() async throws {
        var random = SeededGenerator(seed: 2)
        let store = try store()
        let bytes = random.weights(300_000)
        let digest = try await store.put(bytes).digest
        disk.damage(path(digest), at: 1000)
        await #expect(throws: BlobError.damaged(digest, .frame(0))) { try await store.verify(digest) }
        #expect(try await store.put(bytes).wasPresent == false)
        try await store.verify(digest)
        disk.replace(path(digest), with: Array(disk.bytes(path(digest)).dropLast()))
        #expect(try await store.put(bytes).wasPresent == false)
        try await store.verify(digest)
    }

    @Test("A missing or damaged tensor is told with the file that needs it, and healed by putting the file again")
    func tensors() async throws {
        var random = SeededGenerator(seed: 3)
        let store = try store()
        let tensor = random.weights(50_000)
        let file = Safetensors.file([("t", "F32", tensor)])
        let digest = try await store.put(file).digest
        let part = Digest(hashing: tensor)
        try disk.remove(path(part))
        await #expect(throws: BlobError.damaged(digest, .missingTensor(part))) { try await store.verify(digest) }
        await #expect(throws: BlobError.damaged(digest, .missingTensor(part))) {
            try await store.information(about: digest)
        }
        _ = try await store.put(file)
        try await store.verify(digest)
        disk.damage(path(part), at: 100)
        await #expect(throws: BlobError.damaged(digest, .damagedTensor(part))) { try await store.verify(digest) }
        _ = try await store.put(file)
        try await store.verify(digest)
    }

    @Test("Putting a file again heals all of its tensors, also those behind the first that was found damaged")
    func severalTensors() async throws {
        var random = SeededGenerator(seed: 5)
        let store = try store()
        let tensors = (0..<3).map { _ in random.weights(50_000) }
        let file = Safetensors.file(tensors.enumerated().map { ("t\($0.offset)", "F32", $0.element) })
        let digest = try await store.put(file).digest
        for tensor in tensors { disk.damage(path(Digest(hashing: tensor)), at: 100) }
        await #expect(throws: BlobError.self) { try await store.verify(digest) }
        _ = try await store.put(file)
        try await store.verify(digest)
    }

    @Test("A file without its tensor is replaced also by an upload that is not looked into")
    func opaqueHealing() async throws {
        var random = SeededGenerator(seed: 4)
        let store = try store()
        let tensor = random.weights(50_000)
        let file = Safetensors.file([("t", "F32", tensor)])
        let digest = try await store.put(file).digest
        try disk.remove(path(Digest(hashing: tensor)))
        let again = try await store.put(file, hint: .opaque)
        #expect(!again.wasPresent && again.encoding != .tensors)
        try await store.verify(digest)
    }

    @Test("Sound bytes under a wrong address are damage")
    func wrongAddress() async throws {
        let store = try store()
        let digest = try await store.put([1, 2, 3]).digest
        let other = Digest(hashing: [4])
        disk.replace(path(other), with: disk.bytes(path(digest)))
        await #expect(throws: BlobError.damaged(other, .table)) { try await store.open(other) }
    }

    @Test("Files that are no objects are left alone")
    func strangers() async throws {
        let store = try store()
        disk.replace("store/objects/ab/README", with: [1])
        let digest = try await store.put([1]).digest
        #expect(try await store.all() == [digest])
        _ = try await store.sweep(keeping: [digest], olderThan: .zero, now: Timestamp(rawValue: 1))
        #expect(disk.bytes("store/objects/ab/README") == [1])
    }

    @Test("More uploads at once than allowed are refused with an answer")
    func tooMany() async throws {
        let store = try FileBlobStore(
            root: "store", fileSystem: disk, clock: { Timestamp(rawValue: 0) }, uploadLimit: 1)
        let (stream, continuation) = AsyncStream<ByteBuffer>.makeStream()
        let (started, start) = AsyncStream<Void>.makeStream()
        let source = stream.map { buffer in
            start.finish()
            return buffer
        }
        async let first = store.put(contentsOf: source)
        continuation.yield(ByteBuffer(string: "first"))
        for await _ in started {}
        await #expect(throws: BlobError.tooManyUploads(limit: 1)) { try await store.put([2]) }
        continuation.finish()
        #expect(try await first.byteCount == 5)
        #expect(try await store.put([2]).byteCount == 1)
    }
}

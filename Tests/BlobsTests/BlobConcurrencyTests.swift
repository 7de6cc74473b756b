import Blobs
import NIOCore
import StoreTesting
import TestSupport
import Testing
import Tracking

@Suite("A blob store used from many sides at once")
struct BlobConcurrencyTests {
    @Test("Sweeps without grace take nothing that is pinned, whatever is put meanwhile", arguments: [UInt64(1), 2, 3])
    func sweeps(seed: UInt64) async throws {
        let disk = SimulatedDisk()
        let store = try FileBlobStore(root: "store", fileSystem: disk, clock: { Timestamp(rawValue: 0) })
        var random = SeededGenerator(seed: seed)
        let tensors = (0..<4).map { _ in random.weights(17_000) }
        let orders = (0..<40).map { _ in [Int(random.next() % 4), Int(random.next() % 4), Int(random.next() % 4)] }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for worker in 0..<4 {
                group.addTask {
                    for order in orders[worker * 10..<worker * 10 + 10] {
                        let file = Safetensors.file(
                            order.enumerated().map { ("t\($0.offset)", "F32", tensors[$0.element]) })
                        let stored = try await store.put(file)
                        #expect(try await store.contents(stored.digest) == file)
                        try await store.verify(stored.digest)
                        await store.release(stored.pin)
                    }
                }
            }
            group.addTask {
                for _ in 0..<60 {
                    _ = try await store.sweep(keeping: [], olderThan: .zero, now: Timestamp(rawValue: 1))
                }
            }
            try await group.waitForAll()
        }
        _ = try await store.sweep(keeping: [], olderThan: .zero, now: Timestamp(rawValue: 1))
        #expect(try await store.all().isEmpty)
        #expect(disk.paths.isEmpty)
    }

    @Test("An upload goes on when its task is cancelled, until its source ends it")
    func cancelledTask() async throws {
        let store = try FileBlobStore(root: "store", fileSystem: SimulatedDisk(), clock: { Timestamp(rawValue: 0) })
        var random = SeededGenerator(seed: 4)
        let file = Safetensors.file((0..<20).map { ("t\($0)", "F32", random.noise(700_000)) })
        let upload = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return try await store.put(file)
        }
        let stored = try await upload.value
        #expect(stored.digest == Digest(hashing: file))
        #expect(try await store.contents(stored.digest) == file)
    }
}

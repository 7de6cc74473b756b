import Blobs
import NIOCore
import StoreTesting
import TestSupport
import Testing
import Tracking

@Suite("What of the store is needed by whom")
struct BlobUsageTests {
    private let clock = TestClock()

    /// A store with files that share tensors, lean on each other and consist of the same chunks, and their digests.
    private func filled() async throws -> (store: FileBlobStore, digests: [Digest]) {
        let clock = clock
        let store = try FileBlobStore(root: "store", fileSystem: SimulatedDisk(), clock: { clock.now })
        var random = SeededGenerator(seed: 1)
        var weights = random.weights(150_000)
        let frozen = random.weights(40_000)
        var digests: [Digest] = []
        for _ in 0..<4 {
            let file = Safetensors.file([
                ("frozen", "F32", frozen), ("moments", "F32", random.weights(50_000)), ("weights", "F32", weights),
            ])
            weights = random.moved(weights, by: 0.002)
            let stored = try await store.put(file, parent: digests.last)
            await store.release(stored.pin)
            digests.append(stored.digest)
        }
        var log = random.noise(700_000)
        for _ in 0..<3 {
            log += random.noise(200_000)
            let stored = try await store.put(log)
            await store.release(stored.pin)
            digests.append(stored.digest)
        }
        return (store, digests)
    }

    @Test("The bytes that a group needs alone are those that a sweep deletes when the group is gone")
    func deletionFreesWhatIsHeldAlone() async throws {
        // Each file is a group of the first grouping; the second has the checkpoints, the first file but for one use, and logs.
        let kinds: [Int?] = [0, 0, 0, 0, 1, 1, nil]
        for (grouping, group) in (0..<7).map({ (0, $0) }) + [(1, 0), (1, 1)] {
            let (store, digests) = try await filled()
            var uses = BlobUses(groupingCount: 2)
            for (index, digest) in digests.enumerated() { uses.add(digest, groups: [index, kinds[index]]) }
            uses.add(digests[6], groups: [6, nil])
            let usage = try await store.usage(of: uses)
            let all = try await store.all()
            #expect(usage.unusedByteCount == 0 && usage.unreadableCount == 0 && usage.objectCount == all.count)
            clock.advance(by: .seconds(10))
            var marks = await store.beginSweep(now: clock.now)
            for (index, digest) in digests.enumerated()
            where grouping == 0 ? index != group : kinds[index] != group {
                marks.insert(digest)
            }
            let report = try await store.sweep(keeping: marks, olderThan: .zero)
            #expect(report.deletedByteCount == usage.byteCount(heldAloneBy: group, in: grouping))
            #expect(report.deletedByteCount > 0 || grouping == 0)
            let rest = try await store.usage(of: uses)
            #expect(rest.storedByteCount == usage.storedByteCount - report.deletedByteCount)
        }
    }

    @Test("What no use needs is told, and so is what is missing")
    func unusedAndMissing() async throws {
        let (store, digests) = try await filled()
        let nothing = try await store.usage(of: BlobUses(groupingCount: 0))
        #expect(nothing.unusedByteCount == nothing.storedByteCount && nothing.storedByteCount > 0)
        var uses = BlobUses(groupingCount: 1)
        for digest in digests { uses.add(digest, groups: [nil]) }
        uses.add(Digest(hashing: [1, 2, 3]), groups: [0])
        let usage = try await store.usage(of: uses)
        #expect(usage.unusedByteCount == 0 && usage.unreadableCount == 1)
        #expect(usage.byteCount(heldAloneBy: 0, in: 0) == 0)
    }
}

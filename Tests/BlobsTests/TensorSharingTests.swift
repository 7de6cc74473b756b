import Blobs
import NIOCore
import StoreTesting
import TestSupport
import Testing
import Tracking

@Suite("Tensors that files share")
struct TensorSharingTests {
    private let disk = SimulatedDisk()
    private let clock = TestClock()

    private func store() throws -> FileBlobStore {
        let clock = clock
        return try FileBlobStore(root: "store", fileSystem: disk, clock: { clock.now })
    }

    @Test("A tensor is stored once for all files that hold it, and is a blob itself")
    func once() async throws {
        var random = SeededGenerator(seed: 1)
        let store = try store()
        let (shared, a, b) = (random.weights(100_000), random.weights(50_000), random.weights(60_000))
        let first = Safetensors.file([("a", "F32", a), ("shared", "F32", shared)])
        let second = Safetensors.file([("shared", "F32", shared), ("b", "F32", b), ("again", "F32", shared)])
        let one = try await store.put(first)
        let two = try await store.put(second)
        #expect(one.encoding == .tensors && two.encoding == .tensors)
        #expect(one.addedByteCount == one.storedByteCount)
        #expect(two.addedByteCount < Int64(b.count))
        #expect(two.storedByteCount < Int64(shared.count + b.count))
        let digests = [first, second, a, b, shared].map { Digest(hashing: $0) }.sorted()
        #expect(try await store.all() == digests)
        #expect(try await store.contents(two.digest) == second)
        #expect(try await store.contents(Digest(hashing: shared)) == shared)
        let range = Int64(second.count - 250_000)..<Int64(second.count - 1)
        #expect(
            try await store.contents(two.digest, range) == Array(second[Int(range.lowerBound)..<Int(range.upperBound)]))
    }

    @Test("Equal files have equal packs, whatever the store held before and however the bytes came")
    func canonical() async throws {
        var random = SeededGenerator(seed: 2)
        let shared = random.weights(100_000)
        let file = Safetensors.file([("a", "F32", random.weights(50_000)), ("shared", "F32", shared)])
        let digest = try await store().put(file).digest
        let pack = disk.bytes(path(digest))
        #expect(!pack.isEmpty)
        let other = SimulatedDisk()
        let otherStore = try FileBlobStore(root: "store", fileSystem: other, clock: { Timestamp(rawValue: 0) })
        _ = try await otherStore.put(Safetensors.file([("x", "F32", shared)]))
        _ = try await otherStore.put(contentsOf: Source(bytes: file, pieceByteCount: 999), hint: .unknown)
        #expect(other.bytes(path(digest)) == pack)
    }

    @Test("A sweep keeps the tensors of every file that stays and deletes those of files that go")
    func sweep() async throws {
        var random = SeededGenerator(seed: 3)
        let store = try store()
        let (shared, a, b, c) = (
            random.weights(30_000), random.weights(30_000), random.weights(30_000), random.weights(30_000)
        )
        let named = try await store.put(Safetensors.file([("a", "F32", a), ("shared", "F32", shared)]))
        let old = try await store.put(Safetensors.file([("shared", "F32", shared), ("b", "F32", b)]))
        for blob in [named, old] { await store.release(blob.pin) }
        clock.advance(by: .seconds(100_000))
        let young = try await store.put(Safetensors.file([("c", "F32", c)]))
        await store.release(young.pin)
        let report = try await store.sweep(keeping: [named.digest], olderThan: .seconds(86_400), now: clock.now)
        #expect(report.deletedCount == 2)
        let expected = [named.digest, young.digest] + [shared, a, c].map { Digest(hashing: $0) }
        #expect(try await store.all() == expected.sorted())
        try await store.verify(named.digest)
        try await store.verify(young.digest)
    }

    @Test("A file that is discarded goes with the tensors that no other file has")
    func discarded() async throws {
        var random = SeededGenerator(seed: 9)
        let store = try store()
        let (shared, a, b) = (random.weights(30_000), random.weights(30_000), random.weights(30_000))
        let refused = try await store.put(Safetensors.file([("a", "F32", a), ("shared", "F32", shared)]))
        let kept = try await store.put(Safetensors.file([("shared", "F32", shared), ("b", "F32", b)]))
        await store.discard(refused.pin)
        #expect(try await store.all() == ([kept.digest] + [shared, b].map { Digest(hashing: $0) }).sorted())
        await store.release(kept.pin)
        try await store.verify(kept.digest)
    }

    @Test("A file that another upload found keeps its tensors when the first upload is discarded")
    func discardedAfterRepeat() async throws {
        var random = SeededGenerator(seed: 10)
        let store = try store()
        let file = Safetensors.file([("a", "F32", random.weights(30_000))])
        let first = try await store.put(file)
        await store.release(try await store.put(file).pin)
        await store.discard(first.pin)
        #expect(try await store.contents(first.digest) == file)
    }

    @Test("An upload that the disk refuses at its end leaves no tensor", arguments: 0..<24)
    func refusedAtItsEnd(callsBeforeEnd: Int) async throws {
        var random = SeededGenerator(seed: 11)
        let store = try store()
        let file = Safetensors.file([("a", "F32", random.weights(30_000)), ("b", "F32", random.weights(30_000))])
        disk.fail(at: callsBeforeEnd, .noRoom)
        do {
            _ = try await store.put(file)
        } catch {
            disk.heal()
            let left = try await store.all()
            #expect(!left.contains(Digest(hashing: file)))
            do {
                await store.discard(try await store.put([1]).pin)
                #expect(left.isEmpty)
            } catch {
                // A folder could not be synced, which ends all writing and leaves tensors to the sweep.
                #expect(error == .needsRestart)
            }
        }
    }

    @Test("A pinned file keeps its tensors, also those that were there before it")
    func pinned() async throws {
        var random = SeededGenerator(seed: 4)
        let store = try store()
        let shared = random.weights(30_000)
        let old = try await store.put(Safetensors.file([("shared", "F32", shared)]))
        await store.release(old.pin)
        clock.advance(by: .seconds(100_000))
        let pinned = try await store.put(Safetensors.file([("renamed", "F32", shared)]))
        _ = try await store.sweep(keeping: [], olderThan: .zero, now: clock.now)
        #expect(try await store.all() == [pinned.digest, Digest(hashing: shared)].sorted())
        try await store.verify(pinned.digest)
    }

    @Test("A sweep that cannot read a file that stays deletes nothing")
    func unreadable() async throws {
        var random = SeededGenerator(seed: 5)
        let store = try store()
        let named = try await store.put(Safetensors.file([("a", "F32", random.weights(30_000))]))
        let other = try await store.put(random.noise(100))
        for blob in [named, other] { await store.release(blob.pin) }
        disk.damage(path(named.digest), at: disk.bytes(path(named.digest)).count - 30)
        let before = try await store.all()
        await #expect(throws: BlobError.damaged(named.digest, .table)) {
            try await store.sweep(keeping: [named.digest], olderThan: .zero, now: clock.now)
        }
        #expect(try await store.all() == before)
        let report = try await store.sweep(keeping: [], olderThan: .zero, now: clock.now)
        #expect(report.deletedCount == 3, "a damaged file that nobody names goes like any other")
    }

    @Test("A file cut off inside a tensor, or longer than its header says, is kept as it is")
    func oddLengths() async throws {
        var random = SeededGenerator(seed: 6)
        let store = try store()
        let file = Safetensors.file([("a", "F32", random.weights(50_000)), ("b", "F32", random.weights(50_000))])
        for bytes in [Array(file.prefix(300_001)), file + random.noise(70_000), Array(file.prefix(20))] {
            let stored = try await store.put(bytes)
            #expect(stored.digest == Digest(hashing: bytes))
            #expect(try await store.contents(stored.digest) == bytes)
        }
    }

    @Test("Whatever a header says, the bytes come back", arguments: [UInt64(1), 2])
    func anyHeader(seed: UInt64) async throws {
        var random = SeededGenerator(seed: seed)
        let store = try store()
        let file = Safetensors.file([("a", "F32", random.noise(70_000)), ("b", "F16", random.noise(66_000))])
        let headerByteCount = file.count - 136_000
        for _ in 0..<60 {
            var changed = file
            for _ in 0...Int.random(in: 0..<3, using: &random) {
                let index = Int.random(in: 0..<headerByteCount, using: &random)
                changed[index] = [
                    UInt8(ascii: "0"), UInt8(ascii: "9"), UInt8(ascii: "{"), 0, .random(in: 0...255, using: &random),
                ]
                .randomElement(using: &random)!
            }
            let stored = try await store.put(changed)
            #expect(stored.digest == Digest(hashing: changed))
            let read = try await store.contents(stored.digest)
            #expect(read == changed)
        }
    }

    @Test("Whatever a file holds, it takes at most 0.1 % and 4 KiB more than its size", arguments: [64, 66, 100, 1000])
    func bounded(kilobytes: Int) async throws {
        var random = SeededGenerator(seed: 7)
        let count = 12_000 / kilobytes
        let file = Safetensors.file(
            (0..<count).flatMap { index in
                [("t\(index)", "F32", random.noise(kilobytes * 1024)), ("s\(index)", "F32", random.noise(4))]
            })
        let stored = try await store().put(file)
        #expect(stored.storedByteCount <= Int64(file.count) + Int64(file.count) / 1000 + 4096)
        #expect(try await store().contents(stored.digest) == file)
    }

    @Test("Weights of float32 take at least a sixth less, of bfloat16 a quarter, also without a header")
    func ratio() async throws {
        var random = SeededGenerator(seed: 8)
        let weights = random.weights(600_000)
        let brain = (0..<600_000).flatMap { weights[4 * $0 + 2...4 * $0 + 3] }
        for (bytes, ratio) in [
            (weights, 1.18), (Safetensors.file([("w", "F32", weights)]), 1.18),
            (Safetensors.file([("w", "BF16", brain)]), 1.4), (brain, 1.4),
        ] {
            let stored = try await store().put(bytes)
            #expect(Double(stored.byteCount) / Double(stored.storedByteCount) >= ratio)
        }
        let opaque = try await store().put(weights + [1], hint: .opaque)
        #expect(Double(opaque.byteCount) / Double(opaque.storedByteCount) < 1.15, "an opaque blob is not looked into")
    }

    private func path(_ digest: Digest) -> String { "store/objects/\(digest.hex.prefix(2))/\(digest.hex.dropFirst(2))" }
}

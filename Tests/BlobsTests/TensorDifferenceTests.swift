import Blobs
import NIOCore
import StoreTesting
import TestSupport
import Testing
import Tracking

@Suite("Tensors stored as differences")
struct TensorDifferenceTests {
    private let disk = SimulatedDisk()
    private let clock = TestClock()

    private func store() throws -> FileBlobStore {
        let clock = clock
        return try FileBlobStore(root: "store", fileSystem: disk, clock: { clock.now })
    }

    private func path(_ digest: Digest) -> String { "store/objects/\(digest.hex.prefix(2))/\(digest.hex.dropFirst(2))" }

    /// The number of objects beside its tensors that an object refers to, and its tensors.
    private func references(of digest: Digest) -> (tensors: [Digest], baseCount: Int) {
        let pack = disk.bytes(path(digest))
        func number(_ offset: Int, _ count: Int) -> Int {
            pack[offset..<offset + count].reversed().reduce(0) { $0 << 8 | Int($1) }
        }
        let footer = pack.count - 64
        let (rows, rowCount, tensorCount) = (number(footer + 8, 8), number(footer + 16, 4), number(footer + 20, 4))
        let digests = stride(from: rows + 24 * rowCount, to: footer, by: 32).compactMap {
            Digest(bytes: pack[$0..<$0 + 32])
        }
        return (Array(digests.prefix(tensorCount)), digests.count - tensorCount)
    }

    /// Checkpoints as a training makes them: weights that move a little each time, moments that are others each time.
    private static func checkpoints(_ count: Int, seed: UInt64) -> [[UInt8]] {
        var random = SeededGenerator(seed: seed)
        var weights = random.weights(300_000)
        return (0..<count).map { number in
            defer { weights = random.moved(weights, by: 0.002) }
            return Safetensors.file([
                ("step", "I64", random.noise(8)), ("weights", "F32", weights),
                ("moments", "F32", random.weights(300_000)),
            ])
        }
    }

    /// Puts files one after the other, each with the one before it as its parent.
    private func put(_ files: [[UInt8]], into store: FileBlobStore) async throws -> [StoredBlob] {
        var stored: [StoredBlob] = []
        for file in files { stored.append(try await store.put(file, parent: stored.last?.digest)) }
        return stored
    }

    @Test("Each of many checkpoints is read right, takes less than alone, and at most two reads of its size")
    func chain() async throws {
        let files = Self.checkpoints(8, seed: 1)
        let store = try store()
        let stored = try await put(files, into: store)
        var baseCounts: [Int] = []
        for (file, blob) in zip(files, stored) {
            #expect(try await store.contents(blob.digest) == file)
            let range = Int64(file.count / 3)..<Int64(file.count / 2)
            #expect(
                try await store.contents(blob.digest, range)
                    == Array(file[Int(range.lowerBound)..<Int(range.upperBound)]))
            let tensors = references(of: blob.digest).tensors
            let counts = tensors.map { references(of: $0).baseCount }
            #expect(tensors.count == 2 && counts.allSatisfy { $0 <= 2 } && counts.reduce(0, +) <= tensors.count)
            baseCounts.append(counts[0])
        }
        #expect(baseCounts == [0, 1, 2, 1, 2, 1, 2, 1])
        for blob in stored.dropFirst() { #expect(blob.storedByteCount < stored[0].storedByteCount * 92 / 100) }
    }

    @Test("Numbers of every type that move a little are read right")
    func types() async throws {
        var random = SeededGenerator(seed: 2)
        for type in ["F64", "F32", "F16", "BF16", "I64", "I32", "I16", "I8", "U8", "F8_E4M3", "C64", "BOOL", "UNKNOWN"]
        {
            let store = try store()
            let old = random.noise(1_200_003)
            var new = old
            for _ in 0..<2000 { new[Int.random(in: 0..<new.count, using: &random)] &+= 1 }
            let first = try await store.put(Safetensors.file([("t", type, old)]))
            let second = try await store.put(Safetensors.file([("t", type, new)]), parent: first.digest)
            #expect(try await store.contents(second.digest) == Safetensors.file([("t", type, new)]), "\(type)")
            #expect(second.storedByteCount < 60_000, "\(type)")
        }
    }

    @Test("Special numbers are read right: signs, infinities, every kind of not-a-number")
    func specialNumbers() async throws {
        var random = SeededGenerator(seed: 3)
        let special: [UInt32] = [0, 0x8000_0000, 0x7F80_0000, 0xFF80_0000, 0x7FC0_0001, 0xFFFF_FFFF, 1, 0x8000_0001]
        let store = try store()
        func numbers() -> [UInt8] {
            (0..<40_000).flatMap { index -> [UInt8] in
                let bits =
                    Int.random(in: 0..<3, using: &random) == 0
                    ? special.randomElement(using: &random) ?? 0 : 0x3F80_0000 + UInt32(index)
                return withUnsafeBytes(of: bits.littleEndian) { Array($0) }
            }
        }
        let (old, new) = (Safetensors.file([("t", "F32", numbers())]), Safetensors.file([("t", "F32", numbers())]))
        let first = try await store.put(old)
        let second = try await store.put(new, parent: first.digest)
        #expect(try await store.contents(second.digest) == new)
    }

    @Test("An unchanged file is the same object; of one with an unchanged tensor only the other one is new")
    func unchanged() async throws {
        var random = SeededGenerator(seed: 4)
        let store = try store()
        let (same, other) = (random.weights(300_000), random.weights(300_000))
        let file = Safetensors.file([("same", "F32", same), ("other", "F32", other)])
        let first = try await store.put(file)
        #expect(try await store.put(file, parent: first.digest).wasPresent)
        let changed = Safetensors.file([("same", "F32", same), ("other", "F32", random.moved(other, by: 0.001))])
        let second = try await store.put(changed, parent: first.digest)
        #expect(second.addedByteCount < Int64(other.count) * 8 / 10)
        #expect(try await store.contents(second.digest) == changed)
    }

    @Test("A parent that is gone, is no such file, or has other shapes is no hindrance")
    func parents() async throws {
        let files = Self.checkpoints(2, seed: 5)
        var random = SeededGenerator(seed: 6)
        let store = try store()
        let others = [
            Digest(hashing: [1]), try await store.put([1, 2, 3]).digest,
            try await store.put(Safetensors.file([("weights", "BF16", random.noise(300_000))])).digest,
            try await store.put(Safetensors.file([("weights", "F32", random.weights(30_000))])).digest,
        ]
        for parent in others {
            let blob = try await store.put(files[1], parent: parent)
            #expect(try await store.contents(blob.digest) == files[1])
            await store.discard(blob.pin)
        }
    }

    // MARK: Deleting

    @Test("Whichever checkpoints go, those that stay are whole; when all are gone nothing is left")
    func deleting() async throws {
        let files = Self.checkpoints(5, seed: 7)
        for kept in [[0], [1], [2], [3], [4], [1, 3], [0, 4], [2, 3]] {
            let disk = SimulatedDisk()
            let clock = clock
            let store = try FileBlobStore(root: "store", fileSystem: disk, clock: { clock.now })
            let stored = try await put(files, into: store)
            for blob in stored { await store.release(blob.pin) }
            clock.advance(by: .seconds(100_000))
            let before = try await store.all().count
            let report = try await store.sweep(
                keeping: kept.map { stored[$0].digest }, olderThan: .zero, now: clock.now)
            #expect(report.deletedCount > 0 && before - report.deletedCount == report.keptCount)
            for number in kept { #expect(try await store.contents(stored[number].digest) == files[number]) }
            _ = try await store.sweep(keeping: [], olderThan: .zero, now: clock.now)
            #expect(try await store.all().isEmpty)
        }
    }

    @Test("A base is kept while an upload or a reader needs it, whatever a sweep deletes meanwhile")
    func sweepMeanwhile() async throws {
        let files = Self.checkpoints(3, seed: 8)
        let store = try store()
        let stored = try await put(Array(files.prefix(2)), into: store)
        let reader = try await store.open(stored[1].digest)
        for blob in stored { await store.release(blob.pin) }
        clock.advance(by: .seconds(100_000))
        let clock = clock
        let source = AsyncStream<ByteBuffer> { continuation in
            continuation.yield(ByteBuffer(bytes: files[2].prefix(1_500_000)))
            Task {
                _ = try? await store.sweep(keeping: [], olderThan: .zero, now: clock.now)
                continuation.yield(ByteBuffer(bytes: files[2].dropFirst(1_500_000)))
                continuation.finish()
            }
        }
        let blob = try await store.put(contentsOf: source, hint: .unknown, parent: stored[1].digest)
        #expect(try await store.contents(blob.digest) == files[2])
        var bytes: [UInt8] = []
        for try await part in reader.bytes() { bytes += part.readableBytesView }
        #expect(bytes == files[1])
        clock.advance(by: .seconds(100_000))
        await store.release(blob.pin)
        _ = try await store.sweep(keeping: [blob.digest], olderThan: .zero, now: clock.now)
        #expect(try await store.contents(blob.digest) == files[2])
    }

    @Test("What an upload that is given up leaned on stays, and what it added goes")
    func givenUp() async throws {
        let files = Self.checkpoints(2, seed: 9)
        let store = try store()
        let first = try await store.put(files[0])
        let before = try await store.all()
        await store.discard(try await store.put(files[1], parent: first.digest).pin)
        #expect(try await store.all() == before)
        #expect(try await store.contents(first.digest) == files[0])
    }

    // MARK: Damage

    @Test(
        "Damage to a base or a difference is told by name, no wrong byte leaves, and putting the files again heals all",
        arguments: 0..<3)
    func damage(number: Int) async throws {
        let files = Self.checkpoints(3, seed: 10)
        let store = try store()
        let stored = try await put(files, into: store)
        let part = references(of: stored[number].digest).tensors[0]
        disk.damage(path(part), at: 5000)
        for (file, blob) in zip(files, stored).prefix(number) {
            #expect(try await store.contents(blob.digest) == file)
        }
        for blob in stored.dropFirst(number) {
            await #expect(throws: BlobError.damaged(blob.digest, .damagedTensor(part))) {
                try await store.contents(blob.digest)
            }
        }
        for (index, file) in files.enumerated() {
            _ = try await store.put(file, parent: index > 0 ? stored[index - 1].digest : nil)
        }
        for (file, blob) in zip(files, stored) { #expect(try await store.contents(blob.digest) == file) }
    }

    @Test("A missing base is told by name, and an upload does without it")
    func missingBase() async throws {
        let files = Self.checkpoints(3, seed: 11)
        let store = try store()
        let stored = try await put(Array(files.prefix(2)), into: store)
        let base = references(of: stored[0].digest).tensors[0]
        try disk.remove(path(base))
        await #expect(throws: BlobError.damaged(stored[1].digest, .missingTensor(base))) {
            try await store.verify(stored[1].digest)
        }
        let blob = try await store.put(files[2], parent: stored[1].digest)
        #expect(try await store.contents(blob.digest) == files[2])
    }

    @Test("A difference that takes a damaged tensor's place in other files stands alone")
    func replacement() async throws {
        var random = SeededGenerator(seed: 12)
        let store = try store()
        let old = random.weights(300_000)
        let moved = random.moved(old, by: 0.001)
        let other = try await store.put(Safetensors.file([("other", "F32", moved)]))
        let first = try await store.put(Safetensors.file([("t", "F32", old)]))
        let part = Digest(hashing: moved)
        disk.damage(path(part), at: 5000)
        await #expect(throws: BlobError.self) { try await store.verify(other.digest) }
        let second = try await store.put(Safetensors.file([("t", "F32", moved)]), parent: first.digest)
        #expect(references(of: part).baseCount == 0)
        for blob in [other, first, second] { await store.release(blob.pin) }
        clock.advance(by: .seconds(100_000))
        _ = try await store.sweep(keeping: [other.digest], olderThan: .zero, now: clock.now)
        try await store.verify(other.digest)
    }

    // MARK: Together

    @Test("Sixteen clients with checkpoints of the same training store each right")
    func together() async throws {
        let files = Self.checkpoints(4, seed: 13)
        let store = try FileBlobStore(
            root: "store", fileSystem: disk, clock: { Timestamp(rawValue: 0) }, uploadLimit: 32)
        let first = try await store.put(files[0]).digest
        try await withThrowingTaskGroup { group in
            for client in 0..<16 {
                group.addTask {
                    var parent = first
                    for file in client % 2 == 0 ? files : files.reversed() {
                        let blob = try await store.put(file, parent: parent)
                        #expect(try await store.contents(blob.digest) == file)
                        parent = blob.digest
                        await store.release(blob.pin)
                    }
                }
            }
            try await group.waitForAll()
        }
        for file in files { #expect(try await store.contents(Digest(hashing: file)) == file) }
    }
}

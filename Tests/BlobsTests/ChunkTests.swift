import Blobs
import Foundation
import NIOCore
import StoreTesting
import TestSupport
import Testing
import Tracking

@Suite("Content cut into chunks")
struct ChunkCutterTests {
    private static func ends(_ bytes: [UInt8], pieces: [Int]) -> [Int] {
        var cutter = ChunkCutter()
        var ends: [Int] = []
        var start = 0
        var piece = 0
        while start < bytes.count {
            let end = min(start + pieces[piece % pieces.count], bytes.count)
            bytes.withUnsafeBytes {
                cutter.scan(UnsafeRawBufferPointer(rebasing: $0[start..<end]), at: start, into: &ends)
            }
            start = end
            piece += 1
        }
        return ends
    }

    @Test("The cuts are where the format says, for ever")
    func golden() {
        var random = SeededGenerator(seed: 1)
        let expected = [60109, 120140, 156294, 193398, 228696, 264983, 313430, 340495, 375252]
        #expect(Self.ends(random.noise(400_000), pieces: [400_000]) == expected)
    }

    @Test("Cuts depend on the bytes, not on the pieces in which they come")
    func pieces() {
        var random = SeededGenerator(seed: 2)
        let bytes = random.noise(2_000_000)
        let whole = Self.ends(bytes, pieces: [bytes.count])
        for pieces in [[1000], [65_536], [1, 8191, 8192, 8193], [131_072], [7, 100_000]] {
            #expect(Self.ends(bytes, pieces: pieces) == whole)
        }
        let sizes = zip(whole.dropFirst(), whole).map(-)
        #expect(sizes.allSatisfy { (8 << 10...128 << 10).contains($0) })
        #expect((30_000...45_000).contains(sizes.reduce(0, +) / sizes.count))
        #expect(Self.ends([UInt8](repeating: 0, count: 1_000_000), pieces: [1_000_000]).allSatisfy { $0 % 8192 == 0 })
    }

    @Test("After an insertion the same cuts come again")
    func insertion() {
        var random = SeededGenerator(seed: 3)
        let bytes = random.noise(2_000_000)
        let inserted = Array(bytes[..<1_000_000]) + random.noise(13) + Array(bytes[1_000_000...])
        let (before, after) = (Self.ends(bytes, pieces: [bytes.count]), Self.ends(inserted, pieces: [inserted.count]))
        let shifted = Set(after.map { $0 > 1_000_013 ? $0 - 13 : $0 })
        #expect(before.filter { !shifted.contains($0) }.count <= 4)
    }
}

@Suite("Chunks that files share")
struct ChunkSharingTests {
    private let disk = SimulatedDisk()
    private let clock = TestClock()
    private let index = InMemoryChunkIndex()

    private func store() throws -> FileBlobStore {
        let clock = clock
        return try FileBlobStore(root: "store", fileSystem: disk, chunks: index, clock: { clock.now })
    }

    private func path(_ digest: Digest) -> String { "store/objects/\(digest.hex.prefix(2))/\(digest.hex.dropFirst(2))" }

    private var storedByteCount: Int {
        disk.paths.filter { $0.contains("/objects/") }.reduce(0) { $0 + disk.bytes($1).count }
    }

    /// Versions of a file, each with a piece of noise in the place of another, or between two, and sometimes less at the end.
    private static func versions(_ count: Int, of byteCount: Int, seed: UInt64) -> [[UInt8]] {
        var random = SeededGenerator(seed: seed)
        var bytes = random.noise(byteCount)
        return (0..<count).map { number in
            defer {
                let start = Int.random(in: 0..<byteCount - byteCount / 100, using: &random)
                let end = number % 2 == 0 ? start + byteCount / 100 : start
                bytes.replaceSubrange(start..<end, with: random.noise(byteCount / 100))
                if number % 3 == 2 { bytes.removeLast(byteCount / 50) }
            }
            return bytes
        }
    }

    @Test("Ten versions with 1 % changed take little more than one, and each is read right, whole and in parts")
    func versions() async throws {
        let files = Self.versions(10, of: 4 << 20, seed: 1)
        let store = try store()
        for file in files {
            let blob = try await store.put(file)
            #expect(blob.storedByteCount <= Int64(file.count) + Int64(file.count) / 1000 + 4096)
            #expect(try await store.contents(blob.digest) == file)
            for range in [0..<1, 1_000_000..<1_000_001, 1_234_567..<3_210_987, file.count - 1..<file.count] {
                #expect(
                    try await store.contents(blob.digest, Int64(range.lowerBound)..<Int64(range.upperBound))
                        == Array(file[range]))
            }
            try await store.verify(blob.digest)
        }
        #expect(storedByteCount < files[0].count * 14 / 10)
    }

    @Test("A file of several bundles is read right, and again is the same object")
    func large() async throws {
        var random = SeededGenerator(seed: 2)
        let block = random.noise(1 << 20)
        var file: [UInt8] = []
        for number in 0..<20 { file += block.map { $0 &+ UInt8(number) } }
        // What repeats within a file is stored once.
        file += file[3_000_000..<6_000_000]
        let store = try store()
        let first = try await store.put(file)
        #expect(first.encoding == .chunks && first.addedByteCount < 21 << 20)
        #expect(try await store.contents(first.digest) == file)
        let again = try await store.put(file)
        #expect(again.wasPresent && again.addedByteCount == 0)
        #expect(try await store.all().count == 3)
    }

    @Test("Numbers are found as planes wherever they begin in a file")
    func planes() async throws {
        var random = SeededGenerator(seed: 3)
        let weights = random.weights(600_000)
        for shift in [0, 1, 2, 3, 5] {
            let store = try FileBlobStore(
                root: "store", fileSystem: SimulatedDisk(), clock: { Timestamp(rawValue: 0) })
            let file = [UInt8](repeating: 7, count: shift) + weights
            let blob = try await store.put(file)
            #expect(blob.storedByteCount < Int64(file.count) * 88 / 100, "\(shift)")
            #expect(try await store.contents(blob.digest) == file)
            let changed = random.noise(50_000 + shift) + file
            let second = try await store.put(changed)
            #expect(second.addedByteCount < 250_000)
            #expect(try await store.contents(second.digest) == changed)
        }
    }

    @Test("Whichever versions go, those that stay are whole; when all are gone nothing is left")
    func deleting() async throws {
        let files = Self.versions(5, of: 1 << 20, seed: 4)
        for kept in [[0], [2], [4], [1, 3], [0, 4]] {
            let (disk, index, clock) = (SimulatedDisk(), InMemoryChunkIndex(), clock)
            let store = try FileBlobStore(root: "store", fileSystem: disk, chunks: index, clock: { clock.now })
            var stored: [StoredBlob] = []
            for file in files { stored.append(try await store.put(file)) }
            for blob in stored { await store.release(blob.pin) }
            clock.advance(by: .seconds(100_000))
            _ = try await store.sweep(keeping: kept.map { stored[$0].digest }, olderThan: .zero, now: clock.now)
            for number in kept { #expect(try await store.contents(stored[number].digest) == files[number]) }
            // What went is stored again, and found again.
            for file in files { #expect(try await store.contents(try await store.put(file).digest) == file) }
            for file in files { #expect(try await store.put(file).wasPresent) }
            clock.advance(by: .seconds(100_000))
            let reopened = try FileBlobStore(root: "store", fileSystem: disk, chunks: index, clock: { clock.now })
            _ = try await reopened.sweep(keeping: [], olderThan: .zero, now: clock.now)
            #expect(try await reopened.all().isEmpty)
            #expect(try await reopened.contents(try await reopened.put(files[1]).digest) == files[1])
        }
    }

    @Test("Without its index a store forgets what it has, and nothing else")
    func lostIndex() async throws {
        let files = Self.versions(4, of: 1 << 20, seed: 5)
        for file in files {
            // A process with an index of its own each, and each file once more, which then stands for itself.
            let clock = clock
            let store = try FileBlobStore(root: "store", fileSystem: disk, clock: { clock.now })
            _ = try await store.put(files[0])
            for other in [file, file + [1], file] {
                #expect(try await store.contents(try await store.put(other).digest) == other)
            }
        }
        let store = try store()
        for file in files { try await store.verify(Digest(hashing: file)) }
    }

    @Test("A file whose content is another one's bundle takes that one's place")
    func bundleOfComposed() async throws {
        var random = SeededGenerator(seed: 6)
        let (first, tail) = (random.noise(500_000), random.noise(500_000))
        let composed = first + tail
        let store = try store()
        _ = try await store.put(first)
        let second = try await store.put(composed)
        #expect(second.encoding == .chunks)
        // Without an index all of it is new: the bundle has the same digest as the file that is composed.
        let clock = clock
        let other = try FileBlobStore(root: "store", fileSystem: disk, clock: { clock.now })
        let third = try await other.put(composed)
        let longer = composed + random.noise(100_000)
        let fourth = try await other.put(longer)
        for (blob, file) in [(third, composed), (fourth, longer)] {
            #expect(try await other.contents(blob.digest) == file)
        }
        for blob in [third, fourth] { await other.release(blob.pin) }
        clock.advance(by: .seconds(100_000))
        _ = try await other.sweep(keeping: [fourth.digest], olderThan: .zero, now: clock.now)
        #expect(try await other.contents(fourth.digest) == longer)
    }

    @Test("A file whose content is a tensor that leans on another one takes that one's place")
    func bundleOfDifference() async throws {
        var random = SeededGenerator(seed: 10)
        let old = random.weights(100_000)
        let new = random.moved(old, by: 0.001)
        let store = try store()
        let first = try await store.put(Safetensors.file([("t", "F32", old)]))
        let second = try await store.put(Safetensors.file([("t", "F32", new)]), parent: first.digest)
        let longer = new + random.noise(100_000)
        let opaque = try await store.put(new)
        let other = try await store.put(longer)
        for blob in [first, second, opaque, other] { await store.release(blob.pin) }
        clock.advance(by: .seconds(100_000))
        _ = try await store.sweep(keeping: [other.digest, second.digest], olderThan: .zero, now: clock.now)
        #expect(try await store.contents(other.digest) == longer)
        #expect(try await store.contents(second.digest) == Safetensors.file([("t", "F32", new)]))
        _ = try await store.sweep(keeping: [other.digest], olderThan: .zero, now: clock.now)
        #expect(try await store.contents(other.digest) == longer)
        #expect(try await store.all().count == 3)
    }

    @Test("A damaged or missing bundle is told by name, and putting the file again heals it")
    func damage() async throws {
        let files = Self.versions(2, of: 1 << 20, seed: 7)
        let store = try store()
        let first = try await store.put(files[0])
        let second = try await store.put(files[1])
        disk.damage(path(first.digest), at: 5000)
        await #expect(throws: BlobError.damaged(second.digest, .damagedTensor(first.digest))) {
            try await store.verify(second.digest)
        }
        _ = try await store.put(files[0])
        _ = try await store.put(files[1])
        for blob in [first, second] { try await store.verify(blob.digest) }
        try disk.remove(path(first.digest))
        await #expect(throws: BlobError.damaged(second.digest, .missingTensor(first.digest))) {
            try await store.verify(second.digest)
        }
        _ = try await store.put(files[1])
        #expect(try await store.contents(second.digest) == files[1])
    }

    @Test("An upload that is given up leaves nothing that others trip over")
    func givenUp() async throws {
        let files = Self.versions(2, of: 20 << 20, seed: 8)
        let store = try store()
        for failsAt in [1_000_000, 18_000_000, 20 << 20] {
            await #expect(throws: BlobError.self) {
                try await store.put(contentsOf: Source(bytes: files[0], failsAt: failsAt), hint: .unknown)
            }
            #expect(try await store.all().isEmpty)
        }
        for byteCount in [100, 100_000, 2 << 20, files[0].count] {
            await store.discard(try await store.put(Array(files[0].prefix(byteCount))).pin)
            #expect(try await store.all().isEmpty, "\(byteCount)")
        }
        #expect(try await store.contents(try await store.put(files[1]).digest) == files[1])
    }

    @Test("Sixteen clients with overlapping content store each right")
    func together() async throws {
        let files = Self.versions(6, of: 1 << 20, seed: 9)
        let clock = clock
        let store = try FileBlobStore(
            root: "store", fileSystem: disk, chunks: index, clock: { clock.now }, uploadLimit: 32)
        try await withThrowingTaskGroup { group in
            for client in 0..<16 {
                group.addTask {
                    for number in files.indices {
                        let file = files[(number + client) % files.count]
                        let blob = try await store.put(file)
                        #expect(try await store.contents(blob.digest) == file)
                        if client % 3 == 0 { await store.discard(blob.pin) } else { await store.release(blob.pin) }
                    }
                }
            }
            try await group.waitForAll()
        }
        for file in files { try await store.verify(Digest(hashing: file)) }
    }
}

@Suite("The index of chunks")
struct ChunkIndexTests {
    private static func entries(_ count: Int, object: UInt8, from start: Int = 0) -> [(Digest, ChunkLocation)] {
        (start..<start + count).map { number in
            let location = ChunkLocation(object: Digest(hashing: [object]), offset: number * 10, byteCount: 10)
            return (Digest(hashing: Array("\(number)".utf8)), location)
        }
    }

    @Test("Places are found again after a restart; those in objects that are gone are forgotten")
    func stored() throws {
        let folder = try TemporaryDirectory()
        let (one, two) = (Self.entries(10_000, object: 1), Self.entries(500, object: 2, from: 10_000))
        do {
            let index = StoredChunkIndex(in: folder.path + "/blobs")
            index.add(one)
            index.add(two)
        }
        let index = StoredChunkIndex(in: folder.path + "/blobs")
        for (digest, location) in one + two { #expect(index.location(of: digest) == location) }
        #expect(index.location(of: Digest(hashing: [])) == nil)
        index.forget { $0 == Digest(hashing: [2]) }
        for (digest, _) in one { #expect(index.location(of: digest) == nil) }
        for (digest, location) in two { #expect(index.location(of: digest) == location) }
        index.add(one)
        for (digest, location) in one + two { #expect(index.location(of: digest) == location) }
    }

    @Test("A damaged index is begun anew")
    func damaged() throws {
        let folder = try TemporaryDirectory()
        let entries = Self.entries(2000, object: 1)
        StoredChunkIndex(in: folder.path).add(entries)
        let file = URL(fileURLWithPath: folder.path + "/index/data.mdb")
        let sound = try Data(contentsOf: file)
        var random = SeededGenerator(seed: 1)
        for round in 0..<40 {
            var bytes = sound
            if round == 0 {
                bytes.removeLast(bytes.count / 2)
            } else {
                for _ in 0..<20 { bytes[Int.random(in: 0..<bytes.count, using: &random)] ^= 0x41 }
            }
            try bytes.write(to: file)
            let index = StoredChunkIndex(in: folder.path)
            for (digest, location) in entries {
                if let found = index.location(of: digest) { #expect(found == location) }
            }
            index.add(entries)
            for (digest, location) in entries { #expect(index.location(of: digest) == location) }
        }
    }
}

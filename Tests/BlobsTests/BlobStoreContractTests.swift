import Blobs
import NIOCore
import TestSupport
import Testing
import Tracking

/// What every blob store does; each conformer is one argument.
@Suite("Every blob store")
struct BlobStoreContractTests {
    /// A store of one kind, empty, with the clock it was given.
    enum Kind: String, CaseIterable, Sendable {
        case files
        case memory
    }

    /// A store, its clock, and what has to live as long as it does.
    private struct Fixture {
        let store: any BlobStore
        let clock = TestClock()
        let folder: TemporaryFolder

        init(_ kind: Kind) throws {
            folder = try TemporaryFolder()
            let clock = clock
            let folder = folder
            switch kind {
            // The store's clock holds the folder, so that it lives as long as the store.
            case .files:
                store = try FileBlobStore(
                    root: folder.path + "/store", clock: { withExtendedLifetime(folder) { clock.now } })
            case .memory: store = InMemoryBlobStore(clock: { clock.now })
            }
        }
    }

    /// Content of several sizes and kinds.
    private static func contents(seed: UInt64) -> [[UInt8]] {
        var random = SeededGenerator(seed: seed)
        let bigTensor = random.weights(300_000)
        return [
            [], [7], random.noise(100), random.noise(1 << 20), random.text((1 << 20) + 1), random.weights(600_001),
            random.weights(50_000) + random.noise(3), [UInt8](repeating: 0, count: 3 << 20),
            Safetensors.file([("a", "F32", bigTensor), ("b", "I64", random.noise(16)), ("c", "BF16", bigTensor)]),
        ]
    }

    @Test("What was put comes back, whole and in ranges", arguments: Kind.allCases, [UInt64(1), 2])
    func identity(kind: Kind, seed: UInt64) async throws {
        let fixture = try Fixture(kind)
        var random = SeededGenerator(seed: seed &+ 99)
        for bytes in Self.contents(seed: seed) {
            let stored = try await fixture.store.put(bytes)
            #expect(stored.digest == Digest(hashing: bytes))
            #expect(stored.byteCount == Int64(bytes.count))
            #expect(!stored.wasPresent)
            #expect(stored.storedByteCount <= Int64(bytes.count) + Int64(bytes.count) / 1000 + 4096)
            #expect(try await fixture.store.contents(stored.digest) == bytes)
            for _ in 0..<20 {
                let ends = [
                    Int.random(in: 0...bytes.count, using: &random), .random(in: 0...bytes.count, using: &random),
                ]
                let range = ends.min()!..<ends.max()!
                let part = try await fixture.store.contents(
                    stored.digest, Int64(range.lowerBound)..<Int64(range.upperBound))
                #expect(part == Array(bytes[range]))
            }
            try await fixture.store.verify(stored.digest)
            let information = try #require(await fixture.store.information(about: stored.digest))
            #expect(information.byteCount == stored.byteCount)
            #expect(information.storedByteCount == stored.storedByteCount)
            #expect(information.encoding == stored.encoding)
            #expect(information.renewedAt == fixture.clock.now)
        }
    }

    @Test("Pieces of any size make the same blob", arguments: Kind.allCases)
    func pieces(kind: Kind) async throws {
        let bytes = Self.contents(seed: 5)[8]
        for size in [1000, 65_536, 1 << 20, 5 << 20] {
            let store = try Fixture(kind).store
            let stored = try await store.put(contentsOf: Source(bytes: bytes, pieceByteCount: size), hint: .unknown)
            #expect(stored.digest == Digest(hashing: bytes))
            #expect(try await store.contents(stored.digest) == bytes)
        }
    }

    @Test("A second put of the same bytes finds the first, adds nothing and renews its time", arguments: Kind.allCases)
    func duplicates(kind: Kind) async throws {
        let fixture = try Fixture(kind)
        let bytes = Self.contents(seed: 3)[8]
        let first = try await fixture.store.put(bytes)
        fixture.clock.advance(by: .seconds(3600))
        let second = try await fixture.store.put(bytes)
        #expect(second.digest == first.digest)
        #expect(second.wasPresent && second.addedByteCount == 0)
        #expect(second.pin != first.pin)
        let information = try #require(await fixture.store.information(about: first.digest))
        #expect(information.renewedAt == fixture.clock.now)
    }

    @Test("An unknown digest is nil, or not found", arguments: Kind.allCases)
    func unknown(kind: Kind) async throws {
        let store = try Fixture(kind).store
        let digest = Digest(hashing: [1])
        #expect(try await store.information(about: digest) == nil)
        await #expect(throws: BlobError.notFound(digest)) { try await store.open(digest) }
        await #expect(throws: BlobError.notFound(digest)) { try await store.verify(digest) }
    }

    @Test("A source that fails leaves nothing and its error comes back", arguments: Kind.allCases, [0, 10, 3 << 20])
    func brokenSource(kind: Kind, failsAt: Int) async throws {
        let fixture = try Fixture(kind)
        let bytes = Self.contents(seed: 4)[8] + [UInt8](repeating: 1, count: 2 << 20)
        do {
            _ = try await fixture.store.put(contentsOf: Source(bytes: bytes, failsAt: failsAt), hint: .unknown)
            Issue.record("the source failed but the put did not")
        } catch .sourceFailed(let error) {
            #expect(error is Source.Broken)
        }
        #expect(try await fixture.store.all().isEmpty)
        #expect(try fixture.folder.files().isEmpty)
    }

    @Test("A sweep deletes what is unnamed, unpinned and old, and nothing else", arguments: Kind.allCases)
    func sweep(kind: Kind) async throws {
        let fixture = try Fixture(kind)
        var random = SeededGenerator(seed: 8)
        var stored: [StoredBlob] = []
        for _ in 0..<4 { stored.append(try await fixture.store.put(random.noise(5000))) }
        let (named, pinned, old, renewed) = (stored[0], stored[1], stored[2], stored[3])
        for blob in [named, old, renewed] { await fixture.store.release(blob.pin) }
        fixture.clock.advance(by: .seconds(90_000))
        let renewedBytes = try await fixture.store.contents(renewed.digest)
        let again = try await fixture.store.put(renewedBytes)
        await fixture.store.release(again.pin)
        let now = fixture.clock.now
        let report = try await fixture.store.sweep(keeping: [named.digest], olderThan: .seconds(86_400), now: now)
        #expect(report.deletedCount == 1)
        #expect(report.deletedByteCount >= 5000)
        #expect(report.keptCount == 3)
        let left = try await fixture.store.all()
        #expect(left == [named, pinned, renewed].map(\.digest).sorted())
        #expect(try await fixture.store.information(about: old.digest) == nil)
        await fixture.store.release(pinned.pin)
        await fixture.store.release(pinned.pin)
        _ = try await fixture.store.sweep(keeping: [], olderThan: .zero, now: now)
        #expect(try await fixture.store.all().isEmpty)
    }

    @Test("A reader goes on while its blob is swept away", arguments: Kind.allCases)
    func readerSurvivesSweep(kind: Kind) async throws {
        let fixture = try Fixture(kind)
        for bytes in [Self.contents(seed: 6)[5], Self.contents(seed: 6)[8]] {
            let stored = try await fixture.store.put(bytes)
            await fixture.store.release(stored.pin)
            let reader = try await fixture.store.open(stored.digest)
            var parts = reader.bytes().makeAsyncIterator()
            var read = try #require(await parts.next())
            _ = try await fixture.store.sweep(keeping: [], olderThan: .zero, now: fixture.clock.now)
            #expect(try await fixture.store.information(about: stored.digest) == nil)
            while let part = try await parts.next() { read.writeImmutableBuffer(part) }
            #expect(Array(read.readableBytesView) == bytes)
        }
    }

    @Test("Two puts of one blob at once both succeed", arguments: Kind.allCases)
    func concurrentPuts(kind: Kind) async throws {
        let fixture = try Fixture(kind)
        let store = fixture.store
        let bytes = Self.contents(seed: 7)[8]
        let digests = try await withThrowingTaskGroup(of: Digest.self) { group in
            for _ in 0..<4 { group.addTask { try await store.put(bytes).digest } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(Set(digests) == [Digest(hashing: bytes)])
        try await store.verify(digests[0])
    }
}

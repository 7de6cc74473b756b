package import Blobs
import NIOCore
import TestSupport
import Testing
package import Tracking

/// The contract of every blob store, clause by clause.
///
/// ```swift
/// @Test("the store keeps the contract", arguments: BlobStoreContract.Clause.all)
/// func contract(clause: BlobStoreContract.Clause) async throws {
///     try await BlobStoreContract { clock in .init(store: MyStore(clock: clock)) }.check(clause)
/// }
/// ```
package struct BlobStoreContract: Sendable {
    /// A new, empty store.
    package struct Subject: Sendable {
        let store: any BlobStore
        let files: @Sendable () throws -> [String]

        /// - Parameter files: Lists the store's files, so that a failed upload can be seen to have left none.
        package init(store: any BlobStore, files: @escaping @Sendable () throws -> [String] = { [] }) {
            self.store = store
            self.files = files
        }
    }

    /// Makes a new, empty store whose times come from the given clock.
    package typealias Maker = @Sendable (_ clock: @escaping @Sendable () -> Timestamp) async throws -> Subject

    /// One thing that a store does, told as a sentence.
    package struct Clause: Sendable, CustomTestStringConvertible {
        package let testDescription: String
        let check: @Sendable (BlobStoreContract) async throws -> Void

        init(_ description: String, check: @escaping @Sendable (BlobStoreContract) async throws -> Void) {
            testDescription = description
            self.check = check
        }

        /// Every clause of the contract.
        package static let all: [Clause] =
            [UInt64(1), 2].map { seed in
                Clause("what was put comes back, whole and in ranges, seed \(seed)") {
                    try await $0.identity(seed: seed)
                }
            } + [
                Clause("pieces of any size make the same blob") { try await $0.pieces() },
                Clause("a second put of the same bytes finds the first, adds nothing and renews its time") {
                    try await $0.duplicates()
                },
                Clause("an unknown digest is nil, or not found") { try await $0.unknown() },
            ]
            + [0, 10, 3 << 20].map { count in
                Clause("a source that fails after \(count) bytes leaves nothing and its error comes back") {
                    try await $0.brokenSource(failsAt: count)
                }
            } + [
                Clause("what was put and is discarded goes at once, unless somebody else has put or kept it") {
                    try await $0.discards()
                },
                Clause("what is renewed is pinned and young, and what is not there is not") { try await $0.renews() },
                Clause("a sweep deletes what is unnamed, unpinned and old, and nothing else") { try await $0.sweep() },
                Clause("what is pinned when a sweep begins, or put again before it deletes, stays") {
                    try await $0.sweepBegins()
                },
                Clause("a reader goes on while its blob is swept away") { try await $0.readerSurvivesSweep() },
                Clause("two puts of one blob at once both succeed") { try await $0.concurrentPuts() },
            ]
    }

    private let makeStore: Maker

    package init(makeStore: @escaping Maker) { self.makeStore = makeStore }

    /// Makes a store and checks that it keeps `clause`; what it does not keep is recorded as an issue of the test.
    package func check(_ clause: Clause) async throws { try await clause.check(self) }

    /// A new store, what it has on disk, and the clock that it was given.
    private func make() async throws -> (Subject, TestClock) {
        let clock = TestClock()
        return (try await makeStore { clock.now }, clock)
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

    private func identity(seed: UInt64) async throws {
        let (subject, clock) = try await make()
        let store = subject.store
        var random = SeededGenerator(seed: seed &+ 99)
        for bytes in Self.contents(seed: seed) {
            let stored = try await store.put(bytes)
            #expect(stored.digest == Digest(hashing: bytes))
            #expect(stored.byteCount == Int64(bytes.count))
            #expect(!stored.wasPresent)
            #expect(stored.storedByteCount <= Int64(bytes.count) + Int64(bytes.count) / 1000 + 4096)
            #expect(try await store.contents(stored.digest) == bytes)
            for _ in 0..<20 {
                let ends = [
                    Int.random(in: 0...bytes.count, using: &random), .random(in: 0...bytes.count, using: &random),
                ].sorted()
                let part = try await store.contents(stored.digest, Int64(ends[0])..<Int64(ends[1]))
                #expect(part == Array(bytes[ends[0]..<ends[1]]))
            }
            try await store.verify(stored.digest)
            let information = try #require(await store.information(about: stored.digest))
            #expect(information.byteCount == stored.byteCount)
            #expect(information.storedByteCount == stored.storedByteCount)
            #expect(information.encoding == stored.encoding)
            #expect(information.renewedAt == clock.now)
        }
    }

    private func pieces() async throws {
        let bytes = Self.contents(seed: 5)[8]
        for size in [1000, 65_536, 1 << 20, 5 << 20] {
            let store = try await make().0.store
            let stored = try await store.put(contentsOf: Source(bytes: bytes, pieceByteCount: size), hint: .unknown)
            #expect(stored.digest == Digest(hashing: bytes))
            #expect(try await store.contents(stored.digest) == bytes)
        }
    }

    private func duplicates() async throws {
        let (subject, clock) = try await make()
        let bytes = Self.contents(seed: 3)[8]
        let first = try await subject.store.put(bytes)
        clock.advance(by: .seconds(3600))
        let second = try await subject.store.put(bytes)
        #expect(second.digest == first.digest)
        #expect(second.wasPresent && second.addedByteCount == 0)
        #expect(second.pin != first.pin)
        let information = try #require(await subject.store.information(about: first.digest))
        #expect(information.renewedAt == clock.now)
    }

    private func unknown() async throws {
        let store = try await make().0.store
        let digest = Digest(hashing: [1])
        #expect(try await store.information(about: digest) == nil)
        await #expect(throws: BlobError.notFound(digest)) { try await store.open(digest) }
        await #expect(throws: BlobError.notFound(digest)) { try await store.verify(digest) }
    }

    private func brokenSource(failsAt: Int) async throws {
        let (subject, _) = try await make()
        let bytes = Self.contents(seed: 4)[8] + [UInt8](repeating: 1, count: 2 << 20)
        do {
            _ = try await subject.store.put(contentsOf: Source(bytes: bytes, failsAt: failsAt), hint: .unknown)
            Issue.record("the source failed but the put did not")
        } catch .sourceFailed(let error) {
            #expect(error is Source.Broken)
        }
        #expect(try await subject.store.all().isEmpty)
        #expect(try subject.files().isEmpty)
    }

    private func discards() async throws {
        let (subject, _) = try await make()
        let store = subject.store
        let bytes = Self.contents(seed: 4)[8]
        let alone = try await store.put(bytes)
        await store.discard(alone.pin)
        #expect(try await store.all().isEmpty)

        let first = try await store.put(bytes)
        let second = try await store.put(bytes)
        await store.release(second.pin)
        await store.discard(first.pin)
        #expect(try await store.contents(first.digest) == bytes)
        await store.discard(try await store.put(bytes).pin)
        #expect(try await store.contents(first.digest) == bytes)

        let kept = try await store.put([1, 2, 3])
        await store.release(kept.pin)
        await store.discard(kept.pin)
        #expect(try await store.contents(kept.digest) == [1, 2, 3])
    }

    private func renews() async throws {
        let (subject, clock) = try await make()
        let store = subject.store
        #expect(try await store.renew(Digest(hashing: [1, 2, 3])) == nil)
        let blob = try await store.put([1, 2, 3])
        await store.release(blob.pin)
        clock.advance(by: .seconds(90_000))
        let pin = try #require(try await store.renew(blob.digest))
        clock.advance(by: .seconds(90_000))
        _ = try await store.sweep(keeping: [], olderThan: .seconds(86_400), now: clock.now)
        #expect(try await store.contents(blob.digest) == [1, 2, 3])
        await store.release(pin)
        _ = try await store.sweep(keeping: [], olderThan: .seconds(180_000), now: clock.now)
        #expect(try await store.contents(blob.digest) == [1, 2, 3])
        _ = try await store.sweep(keeping: [], olderThan: .seconds(86_400), now: clock.now)
        #expect(try await store.all().isEmpty)
    }

    private func sweep() async throws {
        let (subject, clock) = try await make()
        let store = subject.store
        var random = SeededGenerator(seed: 8)
        var stored: [StoredBlob] = []
        for _ in 0..<4 { stored.append(try await store.put(random.noise(5000))) }
        let (named, pinned, old, renewed) = (stored[0], stored[1], stored[2], stored[3])
        for blob in [named, old, renewed] { await store.release(blob.pin) }
        clock.advance(by: .seconds(90_000))
        let renewedBytes = try await store.contents(renewed.digest)
        let again = try await store.put(renewedBytes)
        await store.release(again.pin)
        let now = clock.now
        let report = try await store.sweep(keeping: [named.digest], olderThan: .seconds(86_400), now: now)
        #expect(report.deletedCount == 1)
        #expect(report.deletedByteCount >= 5000)
        #expect(report.keptCount == 3)
        let left = try await store.all()
        #expect(left == [named, pinned, renewed].map(\.digest).sorted())
        #expect(try await store.information(about: old.digest) == nil)
        await store.release(pinned.pin)
        await store.release(pinned.pin)
        _ = try await store.sweep(keeping: [], olderThan: .zero, now: now)
        #expect(try await store.all().isEmpty)
    }

    private func sweepBegins() async throws {
        let (subject, clock) = try await make()
        let store = subject.store
        var random = SeededGenerator(seed: 9)
        let contents = random.noise(5000)
        let pinned = try await store.put(random.noise(5000))
        let again = try await store.put(contents)
        await store.release(again.pin)
        clock.advance(by: .seconds(90_000))
        let marks = await store.beginSweep(now: clock.now)
        await store.release(pinned.pin)
        clock.advance(by: .seconds(90_000))
        await store.release(try await store.put(contents).pin)
        let report = try await store.sweep(keeping: marks, olderThan: .seconds(86_400))
        #expect(report.deletedCount == 0)
        #expect(report.keptCount == 2)
        #expect(try await store.all() == [pinned, again].map(\.digest).sorted())
    }

    private func readerSurvivesSweep() async throws {
        let (subject, clock) = try await make()
        let store = subject.store
        for bytes in [Self.contents(seed: 6)[5], Self.contents(seed: 6)[8]] {
            let stored = try await store.put(bytes)
            await store.release(stored.pin)
            let reader = try await store.open(stored.digest)
            var parts = reader.bytes().makeAsyncIterator()
            var read = try #require(await parts.next())
            _ = try await store.sweep(keeping: [], olderThan: .zero, now: clock.now)
            #expect(try await store.information(about: stored.digest) == nil)
            while let part = try await parts.next() { read.writeImmutableBuffer(part) }
            #expect(Array(read.readableBytesView) == bytes)
        }
    }

    private func concurrentPuts() async throws {
        let store = try await make().0.store
        let bytes = Self.contents(seed: 7)[8]
        let digests = try await withThrowingTaskGroup(of: Digest.self) { group in
            for _ in 0..<4 { group.addTask { try await store.put(bytes).digest } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(Set(digests) == [Digest(hashing: bytes)])
        try await store.verify(digests[0])
    }
}

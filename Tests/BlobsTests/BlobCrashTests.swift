import Blobs
import NIOCore
import StoreTesting
import TestSupport
import Testing
import Tracking

/// What is left when the process dies, the power fails or the disk fills at any call that changes the disk.
@Suite("A blob store that is interrupted")
struct BlobCrashTests {
    /// Files with tensors: `first` is put and acknowledged before the fault, `second` shares a tensor with it and has another
    /// that differs little from one of it.
    private struct Files {
        let first: [UInt8]
        let second: [UInt8]

        /// Two versions of a file that is no safetensors file: the second one has chunks of the first.
        init(chunksOf seed: UInt64) {
            var random = SeededGenerator(seed: seed)
            first = random.noise(200_000)
            second = Array(first[..<90_000]) + random.noise(3000) + Array(first[90_000...])
        }

        init(seed: UInt64) {
            var random = SeededGenerator(seed: seed)
            let (shared, moving) = (random.weights(20_000), random.weights(20_000))
            first = Safetensors.file([
                ("shared", "F32", shared), ("moving", "F32", moving), ("small", "F32", random.weights(10)),
            ])
            second = Safetensors.file([
                ("a", "F32", random.weights(18_000)), ("shared", "F32", shared), ("b", "BF16", random.noise(70_000)),
                ("moving", "F32", random.moved(moving, by: 0.001)), ("small", "I64", random.noise(64)),
            ])
        }
    }

    private static func open(_ disk: SimulatedDisk) throws(BlobError) -> FileBlobStore {
        try FileBlobStore(root: "store", fileSystem: disk, clock: { Timestamp(rawValue: 1_000_000) })
    }

    /// A disk with a store on it that holds the first file.
    private static func disk(holding bytes: [UInt8]) async throws -> SimulatedDisk {
        let disk = SimulatedDisk()
        _ = try await open(disk).put(bytes)
        return disk
    }

    /// The next processes: one after a crash of the process, some after a loss of power.
    private static func survivors(of disk: SimulatedDisk, seed: UInt64) -> [SimulatedDisk] {
        [disk.afterCrash()] + (0..<4).map { disk.afterPowerLoss(seed: seed &* 1000 &+ $0) }
    }

    /// Everything that can be seen is whole, nothing temporary is left, and `digests` are there.
    private static func expectSound(_ store: FileBlobStore, _ disk: SimulatedDisk, has digests: [Digest]) async throws {
        #expect(disk.paths.allSatisfy { !$0.contains("/temporary/") })
        for digest in try await store.all() { try await store.verify(digest) }
        for digest in digests { try await store.verify(digest) }
    }

    /// Whether the store refuses uploads until it is opened again.
    private static func needsRestart(_ store: FileBlobStore) async -> Bool {
        do {
            let stored = try await store.put([1])
            await store.release(stored.pin)
            return false
        } catch {
            return error == .needsRestart
        }
    }

    @Test(
        "A put that dies at any call leaves nothing half-done, and the same put then succeeds",
        arguments: [UInt64(1), 2, 3])
    func dyingPut(seed: UInt64) async throws {
        let files = seed == 3 ? Files(chunksOf: 3) : Files(seed: seed)
        let (first, second) = (Digest(hashing: files.first), Digest(hashing: files.second))
        var number = 0
        while true {
            let disk = try await Self.disk(holding: files.first)
            let store = try Self.open(disk)
            disk.fail(at: number, .crash)
            var isAcknowledged = false
            do {
                _ = try await store.put(files.second, parent: Digest(hashing: files.first))
                isAcknowledged = true
            } catch .fileSystem(let error) {
                #expect(error.errorNumber == SimulatedDisk.crashed)
            }
            for survivor in Self.survivors(of: disk, seed: UInt64(number)) {
                let reopened = try Self.open(survivor)
                try await Self.expectSound(reopened, survivor, has: isAcknowledged ? [first, second] : [first])
                let again = try await reopened.put(files.second, parent: Digest(hashing: files.first))
                #expect(again.digest == second)
                #expect(try await reopened.contents(second) == files.second)
                try await Self.expectSound(reopened, survivor, has: [first, second])
            }
            if isAcknowledged { break }
            number += 1
        }
        #expect(number > 10, "the faults have gone through all calls of a put")
    }

    @Test("A sweep that dies at any call leaves every visible file with its tensors")
    func dyingSweep() async throws {
        let files = Files(seed: 3)
        let (first, second) = (Digest(hashing: files.first), Digest(hashing: files.second))
        var number = 0
        while true {
            let disk = try await Self.disk(holding: files.first)
            _ = try await Self.open(disk).put(files.second, parent: Digest(hashing: files.first))
            let store = try Self.open(disk)
            disk.fail(at: number, .crash)
            var isDone = false
            do {
                let report = try await store.sweep(
                    keeping: [first], olderThan: .zero, now: Timestamp(rawValue: 2_000_000))
                #expect(report.deletedCount == 4)
                isDone = true
            } catch .fileSystem(let error) {
                #expect(error.errorNumber == SimulatedDisk.crashed)
            }
            for survivor in Self.survivors(of: disk, seed: UInt64(number)) {
                let reopened = try Self.open(survivor)
                try await Self.expectSound(reopened, survivor, has: [first])
                #expect(try await reopened.put(files.second, parent: Digest(hashing: files.first)).digest == second)
                try await Self.expectSound(reopened, survivor, has: [first, second])
            }
            if isDone { break }
            number += 1
        }
        #expect(number > 2)
    }

    @Test("The first opening can die at any call and the next one finishes it")
    func dyingOpening() async throws {
        for number in stride(from: 0, to: 265, by: 5) {
            let disk = SimulatedDisk()
            disk.fail(at: number, .crash)
            do {
                _ = try Self.open(disk)
            } catch .fileSystem(let error) {
                #expect(error.errorNumber == SimulatedDisk.crashed)
            }
            let survivor = disk.afterPowerLoss(seed: UInt64(number))
            let store = try Self.open(survivor)
            let digest = try await store.put([1, 2, 3]).digest
            try await Self.expectSound(store, survivor, has: [digest])
        }
    }

    @Test("A disk that fills at any call is told as no room, leaves no file behind, and works again with room")
    func fullDisk() async throws {
        let files = Files(seed: 4)
        let (first, second) = (Digest(hashing: files.first), Digest(hashing: files.second))
        var number = 0
        while true {
            let disk = try await Self.disk(holding: files.first)
            let before = disk.paths
            let store = try Self.open(disk)
            disk.fail(at: number, .noRoom)
            do {
                _ = try await store.put(files.second, parent: Digest(hashing: files.first))
                break
            } catch {
                #expect(error == .noRoom)
            }
            let after = disk.paths
            #expect(after.allSatisfy { !$0.contains("/temporary/") })
            disk.heal()
            if await Self.needsRestart(store) {
                #expect(number > 15, "only the syncs of folders at the end demand a restart")
            } else {
                #expect(after.filter { !before.contains($0) }.count <= 2, "at most tensors, no file")
                let information = try await store.information(about: second)
                #expect(information == nil)
            }
            let reopened = try Self.open(disk)
            #expect(try await reopened.put(files.second, parent: Digest(hashing: files.first)).digest == second)
            try await Self.expectSound(reopened, disk, has: [first, second])
            number += 1
        }
        #expect(number > 20)
    }

    @Test("Nothing at all is left when the disk fills while bytes come in")
    func fullWhileWriting() async throws {
        let files = Files(seed: 5)
        let disk = try await Self.disk(holding: files.first)
        let before = disk.paths
        let store = try Self.open(disk)
        for number in 0..<12 {
            disk.fail(at: number, .noRoom)
            await #expect(throws: BlobError.noRoom) {
                try await store.put(files.second, parent: Digest(hashing: files.first))
            }
            #expect(disk.paths == before)
            disk.heal()
        }
        #expect(try await store.put(files.second, parent: Digest(hashing: files.first)).wasPresent == false)
    }

    @Test("After a folder could not be synced nothing more is acknowledged")
    func failedSync() async throws {
        let bytes = Files(seed: 6).second
        let disk = SimulatedDisk()
        let store = try Self.open(disk)
        let start = disk.callCount
        _ = try await store.put(Array(bytes.prefix(100)))
        disk.fail(at: disk.callCount - start - 1, .inputOutput)
        do {
            _ = try await store.put(Array(bytes.prefix(101)))
            Issue.record("the last call of a put is the folder's sync, which failed")
        } catch .fileSystem(let error) {
            #expect(error.operation == .sync && error.errorNumber == 5)
        }
        await #expect(throws: BlobError.needsRestart) { try await store.put([1]) }
        #expect(try await Self.open(disk).put([1]).byteCount == 1)
    }
}

import EventLog
import Foundation
import LMDB
import ReadModels
import Synchronization
import TestSupport
import Testing
import Tracking

/// Rows in whose file bits flip.
struct DamageTests {
    private static let ample = Duration.seconds(600)

    private static func log(seed: UInt64) async throws -> InMemoryEventStore {
        let log = InMemoryEventStore()
        try await FollowingTests.fill(log, seed: seed)
        return log
    }

    /// Calls `body` with documents that follow `log`.
    private static func following(
        _ log: InMemoryEventStore, _ folder: TemporaryDirectory, _ options: ReadModelOptions = ReadModelOptions(),
        _ body: (ReadModels) async throws -> Void
    ) async throws {
        let models = try ReadModels(folder: folder.path, options: options)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await models.follow(log) }
            try await body(models)
            group.cancelAll()
        }
    }

    @Test("rows that a failed write has left unusable to the process are built again by it")
    func unusable() async throws {
        let log = try await Self.log(seed: 22)
        let folder = try TemporaryDirectory(isInMemory: true)
        var options = ReadModelOptions()
        options.pauseAfterFailure = .milliseconds(1)
        // EIO, and what the library answers from then on: MDB_PANIC.
        let answers = Mutex<[Int32]>([5, -30795])
        options.environment.fault = { operation in
            guard operation == .beginWrite else { return 0 }
            return answers.withLock { $0.isEmpty ? 0 : $0.removeFirst() }
        }
        try await Self.following(log, folder, options) { models in
            // It gives up while a failure is dealt with.
            while !(await models.waitUntilCaughtUp(to: log.head, within: Self.ample)) { await Task.yield() }
            #expect(models.damageCount == 1)
            #expect(models.position == log.head)
        }
    }

    @Test("after bits flipped while nobody had it open, every answer is right or comes later", arguments: 0..<6)
    func flipsBeforeStart(seed: UInt64) async throws {
        let log = try await Self.log(seed: 21)
        let folder = try TemporaryDirectory(isInMemory: true)
        var expected = ""
        try await Self.following(log, folder) { models in
            #expect(await models.waitUntilCaughtUp(to: log.head, within: Self.ample))
            expected = try Everything.text(of: models)
        }
        let file = try FollowingTests.dataFile(folder)
        let whole = try Data(contentsOf: file)
        var random = SeededGenerator(seed: seed)
        var damageCount = 0
        for round in 0..<12 {
            var damaged = whole
            for _ in 0..<[1, 8, 64][round % 3] {
                damaged[Int.random(in: 0..<damaged.count, using: &random)] ^=
                    1 << UInt8.random(in: 0..<8, using: &random)
            }
            try damaged.write(to: file)
            try await Self.following(log, folder) { models in
                while true {
                    do {
                        #expect(await models.waitUntilCaughtUp(to: log.head, within: Self.ample))
                        let text = try Everything.text(of: models)
                        #expect(text == expected)
                        break
                    } catch let error as ReadModelError {
                        #expect(error.code == .building, "\(error)")
                        damageCount += 1
                        await Task.yield()
                    }
                }
            }
        }
        #expect(damageCount > 0)
    }

    @Test("a row that is damaged while it answers is not shown, and the rows are built again by themselves")
    func flipWhileRunning() async throws {
        let log = try await Self.log(seed: 22)
        let folder = try TemporaryDirectory(isInMemory: true)
        try await Self.following(log, folder) { models in
            #expect(await models.waitUntilCaughtUp(to: log.head, within: Self.ample))
            let expected = try Everything.text(of: models)
            let digest = try models.digest()
            let file = try FollowingTests.dataFile(folder)
            // Something that a document holds, wherever it lies.
            let handle = try FileHandle(forUpdating: file)
            let bytes = try Data(contentsOf: file)
            var start = bytes.startIndex
            while let found = bytes[start...].range(of: Data("metric_".utf8))
                ?? bytes[start...].range(of: Data("loss".utf8))
            {
                try handle.seek(toOffset: UInt64(found.lowerBound + 1))
                try handle.write(contentsOf: Data([bytes[found.lowerBound + 1] ^ 4]))
                start = found.upperBound
            }
            try handle.close()
            #expect(start > bytes.startIndex)
            do {
                let text = try Everything.text(of: models)
                Issue.record("it answered \(text == expected ? "as before" : "wrongly")")
            } catch let error as ReadModelError {
                #expect(error.code == .building)
            }
            #expect(models.damageCount == 1)
            while models.activity != .following { await Task.yield() }
            #expect(await models.waitUntilCaughtUp(to: log.head, within: Self.ample))
            #expect(try Everything.text(of: models) == expected)
            #expect(try models.digest() == digest)
        }
    }

    @Test("a file that is checked while it answers is found damaged, and before it does once a process died of that")
    func checkedBesideReading() async throws {
        let log = try await Self.log(seed: 23)
        let folder = try TemporaryDirectory(isInMemory: true)
        var options = ReadModelOptions()
        // As if it were larger than what is checked before it is opened.
        options.environment.checkedByteCount = 0
        var expected = ""
        try await Self.following(log, folder, options) { models in
            #expect(await models.waitUntilCaughtUp(to: log.head, within: Self.ample))
            expected = try Everything.text(of: models)
        }
        let file = try FollowingTests.dataFile(folder)
        let mark = file.deletingLastPathComponent().appendingPathComponent("checking")
        while FileManager.default.fileExists(atPath: mark.path) { await Task.yield() }
        // The number of a page in its own header: nothing that is read looks at it.
        func damage() throws {
            let handle = try FileHandle(forUpdating: file)
            try handle.seek(toOffset: 5 * 4096)
            try handle.write(contentsOf: Data([0x77]))
            try handle.close()
        }
        try damage()
        try await Self.following(log, folder, options) { models in
            while models.damageCount == 0 { await Task.yield() }
            while models.activity != .following { await Task.yield() }
            #expect(await models.waitUntilCaughtUp(to: log.head, within: Self.ample))
            let text = try Everything.text(of: models)
            #expect(text == expected)
        }
        while FileManager.default.fileExists(atPath: mark.path) { await Task.yield() }
        try damage()
        try Data().write(to: mark)
        try await Self.following(log, folder, options) { models in
            #expect(models.position < log.head, "what was damaged is not opened")
            #expect(await models.waitUntilCaughtUp(to: log.head, within: Self.ample))
            #expect(models.damageCount == 0)
            let text = try Everything.text(of: models)
            #expect(text == expected)
        }
    }
}

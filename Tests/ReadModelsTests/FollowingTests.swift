import EventLog
import Foundation
import ReadModels
import SwiftProtobuf
import TestSupport
import Testing
import Tracking

/// The documents behind a log that grows.
struct FollowingTests {
    /// Longer than a busy machine needs; no test that passes waits for so long.
    private static let ample = Duration.seconds(600)

    @Test("Whoever waits for a position reads what was appended before it")
    func readYourWrites() async throws {
        let log = InMemoryEventStore()
        let folder = try TemporaryDirectory(isInMemory: true)
        let models = try ReadModels(folder: folder.path)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await models.follow(log) }
            for number in 1...30 {
                let id = Session.ID("sess_\(number)")!
                let position = try await Self.append(.created(.with { $0.name = "n" }), to: id, of: log)
                #expect(await models.waitUntilCaughtUp(to: position, within: Self.ample))
                #expect(try models.read { try $0.session(id) }?.name == "n")
            }
            #expect(models.activity == .following)
            group.cancelAll()
        }
        #expect(models.activity == .idle)
        #expect(await models.waitUntilCaughtUp(to: log.head, within: Self.ample))
        #expect(await !models.waitUntilCaughtUp(to: log.head.next, within: Self.ample), "nobody follows any more")
    }

    @Test("A wait for what does not come ends at its timeout")
    func timeout() async throws {
        let log = InMemoryEventStore()
        let folder = try TemporaryDirectory(isInMemory: true)
        let models = try ReadModels(folder: folder.path)
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await models.follow(log) }
            #expect(await !models.waitUntilCaughtUp(to: LogPosition(1), within: .milliseconds(5)))
            group.cancelAll()
        }
    }

    @Test("Rebuilt documents take the place of the present ones and are the same byte for byte")
    func rebuild() async throws {
        let log = InMemoryEventStore()
        try await Self.fill(log, seed: 5)
        let folder = try TemporaryDirectory(isInMemory: true)
        let models = try ReadModels(folder: folder.path)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await models.follow(log) }
            #expect(await models.waitUntilCaughtUp(to: log.head, within: Self.ample))
            let digest = try models.digest()
            let inode = try Self.inode(folder)
            models.rebuild()
            let position = try await Self.append(.created(SessionCreated()), to: Session.ID("sess_new")!, of: log)
            while try Self.inode(folder) == inode { await Task.yield() }
            #expect(await models.waitUntilCaughtUp(to: position, within: Self.ample))
            #expect(try models.read(asOf: LogPosition(position.rawValue - 1)) { try $0.statusCounts() }.count == 7)
            #expect(try models.digest() != digest)
            group.cancelAll()
        }
        let again = try TemporaryDirectory(isInMemory: true)
        let other = try ReadModels(folder: again.path)
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await other.follow(log) }
            #expect(await other.waitUntilCaughtUp(to: log.head, within: Self.ample))
            group.cancelAll()
        }
        #expect(try other.digest() == models.digest())
    }

    @Test("Damaged, missing and foreign documents are built again from the log")
    func repair() async throws {
        let log = InMemoryEventStore()
        try await Self.fill(log, seed: 6)
        let folder = try TemporaryDirectory(isInMemory: true)
        let digest = try await Self.followed(log, folder)
        let file = try Self.dataFile(folder)
        try Data(repeating: 7, count: 10_000).write(to: file)
        #expect(try await Self.followed(log, folder) == digest)
        try FileManager.default.removeItem(at: Self.dataFile(folder).deletingLastPathComponent())
        #expect(try await Self.followed(log, folder) == digest)
        let handle = try FileHandle(forWritingTo: Self.dataFile(folder))
        try handle.truncate(atOffset: 8192)
        try handle.close()
        #expect(try await Self.followed(log, folder) == digest)
        let shorter = InMemoryEventStore()
        _ = try await Self.append(.created(SessionCreated()), to: Session.ID("sess_x")!, of: shorter)
        #expect(try await Self.followed(shorter, folder) != digest)
        #expect(try ReadModels(folder: folder.path).position == LogPosition(1))
    }

    @Test("Folders of other versions are deleted once this version's is complete, and nothing else is")
    func otherVersions() async throws {
        let log = InMemoryEventStore()
        try await Self.fill(log, seed: 7)
        let folder = try TemporaryDirectory(isInMemory: true)
        for name in ["0.9", "0.9.building", "notes"] {
            try FileManager.default.createDirectory(atPath: folder.path + "/" + name, withIntermediateDirectories: true)
        }
        _ = try await Self.followed(log, folder)
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
        #expect(names.count == 2 && names.contains("notes") && !names.contains("0.9"))
    }

    @Test("An event that cannot be read is shown, readers are told at once, and the documents stay readable")
    func undecodable() async throws {
        let log = InMemoryEventStore()
        _ = try await Self.append(.created(SessionCreated()), to: Session.ID("sess_a")!, of: log)
        let stream = StreamID(.session, "sess_a")
        _ = try await log.append(
            AppendRequest(
                stream: stream, events: [NewEvent(type: "session.dreamt", payload: [])], expecting: .any,
                commandID: CommandID("c")!, commandDigest: Digest(hashing: []), actor: "test"))
        let folder = try TemporaryDirectory(isInMemory: true)
        let models = try ReadModels(folder: folder.path)
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await models.follow(log) }
            #expect(await models.waitUntilCaughtUp(to: LogPosition(1), within: Self.ample))
            #expect(await !models.waitUntilCaughtUp(to: LogPosition(2), within: Self.ample))
            #expect(
                models.activity
                    == .failed(.undecodable(position: LogPosition(2), stream: stream, .unknownType("session.dreamt"))))
            group.cancelAll()
        }
    }

    /// Follows `log` to its head and returns the digest of the documents.
    private static func followed(_ log: InMemoryEventStore, _ folder: TemporaryDirectory) async throws -> Digest {
        let models = try ReadModels(folder: folder.path)
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await models.follow(log) }
            while models.activity != .following || models.position != log.head { await Task.yield() }
            let digest = try models.digest()
            group.cancelAll()
            return digest
        }
    }

    static func dataFile(_ folder: TemporaryDirectory) throws -> URL {
        let version = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted().first ?? ""
        return URL(fileURLWithPath: folder.path + "/" + version + "/data.mdb")
    }

    private static func inode(_ folder: TemporaryDirectory) throws -> Int? {
        let version = try FileManager.default.contentsOfDirectory(atPath: folder.path)
            .first { !$0.hasSuffix("building") && !$0.hasSuffix("old") }
        guard let version else { return nil }
        let path = folder.path + "/" + version
        return try FileManager.default.attributesOfItem(atPath: path)[.systemFileNumber] as? Int
    }

    static func fill(_ log: InMemoryEventStore, seed: UInt64) async throws {
        for event in try RandomLog.events(seed: seed, count: 300) {
            let new = NewEvent(type: event.type, schemaVersion: event.schemaVersion, payload: event.payload)
            _ = try await log.append(
                AppendRequest(
                    stream: event.stream, events: [new], expecting: .any,
                    commandID: CommandID("fill \(event.position)")!, commandDigest: event.payloadDigest, actor: "test"))
        }
    }

    private static func append(
        _ event: SessionEvent, to session: Session.ID, of log: InMemoryEventStore
    ) async throws -> LogPosition {
        try await log.append(
            AppendRequest(
                stream: session.stream, events: [try event.encoded()], expecting: .any,
                commandID: CommandID("append \(log.head)")!, commandDigest: Digest(hashing: []), actor: "test")
        ).last
    }
}

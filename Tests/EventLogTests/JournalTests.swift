import EventLog
import Foundation
import LMDB
import StoreTesting
import Synchronization
import TestSupport
import Testing
import Tracking

/// The journal, which has what was acknowledged before the database does.
@Suite struct JournalTests {
    let folder: TemporaryDirectory
    let faults = Faults()
    let session = StreamID(.session, "sess_1")

    init() throws { folder = try TemporaryDirectory() }

    /// A log that brings nothing to the database unless it must.
    private func open(
        in path: String? = nil, _ change: (inout EventLogOptions) -> Void = { _ in }
    ) throws -> LMDBEventStore {
        var options = EventLogOptions.forTests
        options.isStepped = true
        options.probe = faults
        options.environment.fault = { [faults] in faults.code(for: $0) }
        options.journalFault = { [faults] in faults.code(for: $0) }
        options.onFailure = { [faults] in faults.note($0) }
        change(&options)
        return try LMDBEventStore(in: DataDirectory(path: path ?? folder.path, address: "a test"), options: options)
    }

    private func append(_ text: String, to store: LMDBEventStore) -> Answer {
        let answer = Answer()
        store.submit(.of([text], to: session, as: String(text.prefix(20)))) { answer.set($0) }
        #expect(store.step())
        return answer
    }

    /// The log as a process that dies now leaves it.
    private func leftBehind() throws -> TemporaryDirectory {
        let copy = try TemporaryDirectory()
        try FileManager.default.copyItem(atPath: folder.path + "/log", toPath: copy.path + "/log")
        return copy
    }

    private func journal(in folder: TemporaryDirectory) -> URL { URL(fileURLWithPath: folder.path + "/log/journal") }

    private func texts(in folder: TemporaryDirectory) async throws -> [String] {
        let store = try open(in: folder.path)
        let texts = try await store.events(after: .start).events.map(\.text)
        #expect(try store.verify().recordCount == texts.count)
        await store.close()
        return texts
    }

    private func format(in folder: TemporaryDirectory) throws -> [UInt8]? {
        let environment = try Environment(path: folder.path + "/log")
        defer { environment.close() }
        let meta = try environment.database("meta")
        return try environment.read { (transaction) throws(LMDBError) in
            try transaction.value(for: Array("format".utf8), in: meta)
        }
    }

    @Test("what is acknowledged is in the journal; a process that dies leaves it to the next one, at each moment")
    func recovery() async throws {
        let store = try open { $0.bounds.unflushedCount = 7 }
        var sent: [String] = []
        for index in 0..<40 {
            let before = try store.statistics().lastTransaction
            #expect(append("\(index)", to: store).success != nil)
            sent.append("\(index)")
            if index % 7 != 0 { #expect(try store.statistics().lastTransaction == before) }
            let left = try leftBehind()
            #expect(try format(in: left)?.prefix(4) == [0, 0, 0, 2], "a release without a journal must refuse it")
            #expect(try await texts(in: left) == sent)
            #expect(try format(in: left)?.prefix(4) == [0, 0, 0, 1], "closed, every release may open it")
            // Once more, with the entries that are in the database by now still in the file.
            #expect(try await texts(in: left) == sent)
        }
        #expect(try await store.events(after: .start).events.map(\.text) == sent)
        await store.close()
        #expect(try await texts(in: leftBehind()) == sent)
    }

    @Test("an entry that was cut anywhere was never acknowledged, and those before it are there")
    func cutEntry() async throws {
        let store = try open()
        for index in 0..<3 { _ = append("\(index)", to: store) }
        let blocks = 4096
        for offset in [0, 3, 7, 15, 40, 60, 100, 200] {
            let left = try leftBehind()
            var bytes = try Data(contentsOf: journal(in: left))
            let place = 2 * blocks + offset
            #expect(bytes[place...].prefix(30).contains { $0 != 0 }, "inside the entry")
            for index in place..<3 * blocks { bytes[index] = 0xAA }
            try bytes.write(to: journal(in: left))
            #expect(try await texts(in: left) == ["0", "1"])
        }
        await store.close()
    }

    @Test("a journal that lost an entry in its middle, or is another log's, is refused and left as it is")
    func damagedJournal() async throws {
        let store = try open()
        for index in 0..<3 { _ = append("\(index)", to: store) }
        let left = try leftBehind()
        var bytes = try Data(contentsOf: journal(in: left))
        bytes[4096 + 100] ^= 1
        try bytes.write(to: journal(in: left))
        for _ in 0..<2 {
            do {
                _ = try open(in: left.path)
                Issue.record("it was opened")
            } catch let error as StorageError {
                #expect(error.code == .damaged)
                #expect(error.message.contains("position 1") && error.message.contains("move the journal away"))
            }
        }
        #expect(try Data(contentsOf: journal(in: left)) == bytes)
        await store.close()
    }

    @Test("the journal of another log is refused")
    func foreignJournal() async throws {
        let other = try TemporaryDirectory()
        let otherStore = try open(in: other.path)
        _ = append("another", to: otherStore)
        await otherStore.close()
        let store = try open()
        _ = append("a", to: store)
        try store.flush()
        _ = append("b", to: store)
        let left = try leftBehind()
        try FileManager.default.removeItem(at: journal(in: other))
        try FileManager.default.copyItem(at: journal(in: left), to: journal(in: other))
        try FileManager.default.removeItem(atPath: left.path + "/log/data.mdb")
        try FileManager.default.copyItem(atPath: other.path + "/log/data.mdb", toPath: left.path + "/log/data.mdb")
        #expect(throws: StorageError.self) { try open(in: left.path) }
        await store.close()
    }

    @Test("a journal that cannot be written refuses and heals; one that cannot be waited for stops the log")
    func failingJournal() async throws {
        let store = try open()
        _ = append("a", to: store)
        faults.fail(JournalOperation.write, with: ENOSPC)
        let refused = append("b", to: store)
        guard case .noRoom = refused.failure else { throw Unexpected(refused) }
        faults.heal()
        #expect(append("c", to: store).success?.first == LogPosition(2))
        // It may be on the disk or not, whatever the reason: even when there was no room.
        faults.fail(JournalOperation.sync, with: ENOSPC)
        let unknown = append("d", to: store)
        guard case .outcomeUnknown = unknown.failure else { throw Unexpected(unknown) }
        #expect(store.failure != nil && faults.failureCount == 1)
        faults.heal()
        await store.close()
        let found = try await texts(in: leftBehind())
        #expect(found == ["a", "c"] || found == ["a", "c", "d"])
    }

    @Test("while the database takes nothing the journal fills, then appends are refused, and nothing is lost")
    func failingDatabase() async throws {
        let store = try open { $0.bounds.journalByteCount = 5 * 4096 }
        faults.fail(.commit, with: ENOSPC)
        var sent: [String] = []
        for index in 0..<9 {
            let answer = append("\(index)", to: store)
            if answer.success != nil { sent.append("\(index)") }
            if let failure = answer.failure, case .noRoom = failure { continue }
            #expect(answer.failure == nil)
        }
        #expect(sent == ["0", "1", "2", "3", "4"])
        #expect(throws: StorageError.self) { try store.flush() }
        #expect(try await store.events(after: .start).events.map(\.text) == sent)
        #expect(try await store.events(in: session, after: StreamVersion(2), limit: 2).map(\.text) == ["2", "3"])
        #expect(try store.verify().appendCount == 5)
        let left = try leftBehind()
        #expect(throws: StorageError.self, "a start needs the room too") { try open(in: left.path) }
        faults.heal()
        #expect(try await texts(in: left) == sent)
        #expect(try await texts(in: leftBehind()) == sent)
        #expect(append("more", to: store).success?.first == LogPosition(6))
        #expect(try await store.events(after: .start).events.map(\.text) == sent + ["more"])
        await store.close()
        #expect(store.failure == nil)
    }

    @Test("a group too large for the journal goes to the database with all that it lacks")
    func largeGroup() async throws {
        let store = try open { $0.bounds.journalEntryByteCount = 8192 }
        _ = append("small", to: store)
        let before = try store.statistics().lastTransaction
        var random = SeededGenerator(seed: 1)
        let large = String(
            decoding: (0..<20_000).map { _ in UInt8.random(in: 33...126, using: &random) }, as: UTF8.self)
        #expect(append(large, to: store).success?.first == LogPosition(2))
        #expect(try store.statistics().lastTransaction == before + 1)
        _ = append("last", to: store)
        #expect(try await texts(in: leftBehind()) == ["small", large, "last"])
        await store.close()
    }

    @Test("without a place for the journal the log works without one")
    func noJournal() async throws {
        #expect(try await texts(in: folder) == [])
        try FileManager.default.removeItem(at: journal(in: folder))
        // A folder in its place stands for whatever keeps it from being made.
        try FileManager.default.createDirectory(at: journal(in: folder), withIntermediateDirectories: true)
        let store = try open()
        let before = try store.statistics().lastTransaction
        #expect(append("a", to: store).success != nil)
        #expect(try store.statistics().lastTransaction == before + 1)
        await store.close()
    }

    @Test("a journal that is needed and cannot be read is told of, and the log is not opened without it")
    func unreadableJournal() async throws {
        let store = try open()
        _ = append("a", to: store)
        let left = try leftBehind()
        await store.close()
        try FileManager.default.removeItem(at: journal(in: left))
        try FileManager.default.createDirectory(at: journal(in: left), withIntermediateDirectories: true)
        do {
            _ = try open(in: left.path)
            Issue.record("it was opened")
        } catch let error as StorageError {
            #expect(error.code == .failed)
            #expect(error.message.contains("could not be read"))
        }
    }

    @Test("what only the journal has is told by its time too")
    func times() async throws {
        let time = ReachedTime()
        let store = try open { $0.clock = { time.next } }
        for index in 0..<6 {
            _ = append("\(index)", to: store)
            if index == 2 { try store.flush() }
        }
        for position in 1...6 as ClosedRange<UInt64> {
            let recordedAt = try #require(try await store.event(at: LogPosition(position))).recordedAt
            #expect(try await store.position(at: recordedAt) == LogPosition(position))
        }
        let again = Answer()
        store.submit(.of(["5"], to: session, as: "5")) { again.set($0) }
        #expect(store.step())
        #expect(again.success?.isRepeat == true)
        #expect(try await store.event(at: LogPosition(6))?.recordedAt == again.success?.recordedAt)
        await store.close()
    }
}

/// A clock that goes on by a second each time it is asked.
private final class ReachedTime: Sendable {
    private let seconds = Atomic<Int64>(0)

    var next: Timestamp {
        Timestamp(rawValue: seconds.wrappingAdd(1, ordering: .relaxed).newValue * 1_000_000)
    }
}

import EventLog
import Foundation
import LMDB
import StoreTesting
import Synchronization
import TestSupport
import Testing
import Tracking

/// The writer, driven step by step on the test's own thread, without a journal where a test does not want one: then each
/// group is a transaction of the database.
@Suite struct WriterTests {
    let folder: TemporaryDirectory
    let faults = Faults()
    let session = StreamID(.session, "sess_1")

    init() throws { folder = try TemporaryDirectory() }

    private func open(_ change: (inout EventLogOptions) -> Void = { _ in }) throws -> LMDBEventStore {
        var options = EventLogOptions.forTests
        options.isStepped = true
        options.bounds.journalByteCount = 0
        options.clock = { Timestamp(rawValue: 1000) }
        options.probe = faults
        options.environment.fault = { [faults] in faults.code(for: $0) }
        options.onFailure = { [faults] in faults.note($0) }
        change(&options)
        return try LMDBEventStore(in: DataDirectory(path: folder.path, address: "a test"), options: options)
    }

    private func submit(_ request: AppendRequest, to store: LMDBEventStore) -> Answer {
        let answer = Answer()
        store.submit(request) { answer.set($0) }
        return answer
    }

    @Test("what waits is written in one group, and nothing is answered before")
    func group() throws {
        let store = try open()
        let answers = (0..<5).map { submit(.of(["\($0)"], to: session, as: "\($0)"), to: store) }
        #expect(answers.allSatisfy { $0.result == nil })
        let before = try store.statistics().lastTransaction
        #expect(store.step())
        #expect(try store.statistics().lastTransaction == before + 1)
        #expect(answers.compactMap { $0.success?.first.rawValue } == [1, 2, 3, 4, 5])
        #expect(store.head == LogPosition(5))
        #expect(!store.step())
    }

    @Test("a member of a group is checked against those before it, and a refused one leaves no trace")
    func checksInsideAGroup() async throws {
        let store = try open()
        let first = submit(.of(["a"], to: session, as: "one", expecting: .noStream), to: store)
        let conflicting = submit(.of(["b"], to: session, as: "two", expecting: .noStream), to: store)
        let repeated = submit(.of(["a"], to: session, as: "one", expecting: .noStream), to: store)
        let reused = submit(.of(["c"], to: session, as: "one"), to: store)
        let next = submit(.of(["d"], to: session, as: "three", expecting: .exactly(StreamVersion(1))), to: store)
        #expect(store.step())
        #expect(first.success?.first == LogPosition(1))
        #expect(conflicting.failure == .conflict(actual: StreamVersion(1)))
        #expect(repeated.success?.isRepeat == true && repeated.success?.first == LogPosition(1))
        #expect(reused.failure == .commandReused(first: LogPosition(1)))
        #expect(next.success?.firstVersion == StreamVersion(2))
        #expect(try await store.events(after: .start).events.map(\.text) == ["a", "d"])
        #expect(try store.verify().appendCount == 2)
    }

    @Test("a group is bounded in appends and in bytes, and a large append goes alone")
    func groupBounds() throws {
        let store = try open {
            $0.bounds.groupCount = 3
            $0.bounds.groupByteCount = 2000
        }
        for index in 0..<5 { _ = submit(.of(["\(index)"], to: session, as: "\(index)"), to: store) }
        #expect(store.step())
        #expect(store.head == LogPosition(3))
        #expect(store.step())
        #expect(store.head == LogPosition(5))
        for index in 5..<9 {
            _ = submit(
                .of([String(repeating: "x", count: index == 6 ? 3000 : 700)], to: session, as: "\(index)"), to: store)
        }
        var heads: [UInt64] = []
        while store.step() { heads.append(store.head.rawValue) }
        #expect(heads == [6, 7, 9])
    }

    @Test("a full queue refuses at once and takes again when it was emptied")
    func overloaded() throws {
        let store = try open { $0.bounds.queueByteCount = 2000 }
        let answers = (0..<10).map { submit(.of(["\($0)"], to: session, as: "\($0)"), to: store) }
        let refused = answers.filter { $0.failure == .overloaded(retryAfter: .seconds(1)) }.count
        #expect(refused > 0 && refused < 10)
        while store.step() {}
        #expect(store.head == LogPosition(UInt64(10 - refused)))
        let again = submit(.of(["again"], to: session, as: "again"), to: store)
        #expect(store.step() && again.success != nil)
    }

    @Test("without headroom nothing is begun, and room heals it")
    func noHeadroom() throws {
        let store = try open()
        faults.free = 1000
        let before = try store.statistics().lastTransaction
        let refused = submit(.of(["a"], to: session, as: "one"), to: store)
        #expect(store.step())
        guard case .noRoom = refused.failure else { throw Unexpected(refused) }
        #expect(try store.statistics().lastTransaction == before)
        faults.free = 1 << 40
        let taken = submit(.of(["a"], to: session, as: "one"), to: store)
        #expect(store.step() && taken.success?.isRepeat == false)
        #expect(faults.failure == nil)
    }

    @Test("what ends or frees something reaches deeper into the reserve than reports, and those deeper than the rest")
    func reserveLevels() async throws {
        let store = try open { $0.bounds.headroomByteCount = 8000 }
        func accepted(free: Int) throws -> [String] {
            faults.free = free
            let answers = AppendPriority.allCases.map { priority in
                var request = AppendRequest.of(["\(priority)"], to: session, as: "\(priority) at \(free)")
                request.expecting = .any
                request.events[0].priority = priority
                return submit(request, to: store)
            }
            while store.step() {}
            return zip(AppendPriority.allCases, answers).compactMap { $1.success == nil ? nil : "\($0)" }
        }
        #expect(try accepted(free: 8000) == ["ordinary", "report", "freeing"])
        #expect(try accepted(free: 7999) == ["report", "freeing"])
        #expect(try accepted(free: 4000) == ["report", "freeing"])
        #expect(try accepted(free: 3999) == ["freeing"])
        #expect(try accepted(free: 1000) == ["freeing"])
        #expect(try accepted(free: 999) == [])
        #expect(try store.verify().recordCount == 9)
    }

    @Test(
        "a write that fails for lack of room leaves nothing and heals",
        arguments: [ENOSPC, EDQUOT, -30792] as [Int32],
        [.put, .commit, .beginWrite] as [Environment.Operation])
    func noRoom(code: Int32, operation: Environment.Operation) async throws {
        let store = try open()
        _ = submit(.of(["a"], to: session, as: "one"), to: store)
        #expect(store.step())
        faults.fail(operation, with: code)
        let refused = submit(.of(["b", "c"], to: session, as: "two"), to: store)
        #expect(store.step())
        guard case .noRoom = refused.failure else { throw Unexpected(refused) }
        #expect(store.head == LogPosition(1))
        faults.heal()
        let taken = submit(.of(["b", "c"], to: session, as: "two"), to: store)
        #expect(store.step())
        #expect(taken.success?.first == LogPosition(2) && taken.success?.isRepeat == false)
        #expect(try await store.events(after: .start).events.map(\.text) == ["a", "b", "c"])
        #expect(try store.verify().recordCount == 3)
        #expect(store.failure == nil && faults.failure == nil)
    }

    @Test("a short write is lack of room when there is none, and else the end", arguments: [true, false])
    func shortWrite(hasRoom: Bool) throws {
        let store = try open()
        faults.fail(.commit, with: EIO)
        // The room is gone between the question before the group and the one after it.
        faults.freeAfterwards = hasRoom ? 1 << 40 : 1000
        let answer = submit(.of(["a"], to: session, as: "one"), to: store)
        #expect(store.step())
        if hasRoom {
            guard case .outcomeUnknown = answer.failure else { throw Unexpected(answer) }
            #expect(store.failure != nil)
        } else {
            guard case .noRoom = answer.failure else { throw Unexpected(answer) }
            #expect(store.failure == nil)
        }
    }

    @Test(
        "any other failure answers that the outcome is unknown, stops the log and says so once",
        arguments: [EIO, EROFS, -30795] as [Int32], [.put, .commit, .beginWrite] as [Environment.Operation])
    func fatal(code: Int32, operation: Environment.Operation) async throws {
        let store = try open { $0.bounds.groupCount = 1 }
        _ = submit(.of(["a"], to: session, as: "one"), to: store)
        #expect(store.step())
        faults.fail(operation, with: code)
        let unknown = submit(.of(["b"], to: session, as: "two"), to: store)
        let waiting = submit(.of(["c"], to: session, as: "three"), to: store)
        #expect(store.step())
        guard case .outcomeUnknown = unknown.failure else { throw Unexpected(unknown) }
        guard case .outcomeUnknown = waiting.failure else { throw Unexpected(waiting) }
        #expect(faults.failure != nil && faults.failure == store.failure && faults.failureCount == 1)
        faults.heal()
        let late = submit(.of(["d"], to: session, as: "four"), to: store)
        guard case .stopped = late.failure else { throw Unexpected(late) }
        #expect(!store.step())
        #expect(try await store.events(after: .start).events.map(\.text) == ["a"])
    }

    @Test("a map that is really full refuses, keeps what it has and takes again when it is opened larger")
    func realMapFull() throws {
        let store = try open { $0.environment.mapByteCount = 1 << 20 }
        var written = 0
        var refusal: AppendError?
        while refusal == nil {
            let answer = submit(.of([noise(2000)], to: session, as: "\(written)"), to: store)
            #expect(store.step())
            refusal = answer.failure
            if refusal == nil { written += 1 }
        }
        guard case .noRoom = refusal else { throw Unexpected(Answer(refusal)) }
        #expect(written > 50 && store.failure == nil)
        #expect(store.head == LogPosition(UInt64(written)))
        #expect(try store.verify().recordCount == written)
        // The copy stands for the same folder opened by the next process.
        let next = try TemporaryDirectory()
        _ = try store.copy(to: next.path + "/log")
        var options = EventLogOptions.forTests
        options.isStepped = true
        let larger = try LMDBEventStore(in: DataDirectory(path: next.path, address: "a test"), options: options)
        let answer = submit(.of(["more"], to: session, as: "more"), to: larger)
        #expect(larger.step() && answer.success?.first == LogPosition(UInt64(written + 1)))
    }

    private func noise(_ count: Int) -> String {
        var random = SeededGenerator(seed: UInt64(count))
        return String((0..<count).map { _ in Character(Unicode.Scalar(UInt8.random(in: 33...126, using: &random))) })
    }

    @Test("the log can be driven through every failure point, and they come in order")
    func failurePoints() throws {
        let box = ReachedPoints()
        let store = try open {
            $0.bounds.indexCount = 1
            $0.bounds.journalByteCount = 1 << 16
            $0.reach = { box.add($0) }
        }
        _ = submit(.of(["a"], to: session, as: "one"), to: store)
        #expect(store.step())
        try store.flush()
        #expect(
            box.points == [
                .logMade, .logRenamed, .groupTaken, .journalWritten, .journalSynced, .acknowledging, .recordPut,
                .appendPut, .indexPut, .beforeCommit, .afterCommit,
            ])
        var redaction = AppendRequest.of(["why"], to: session, as: "two")
        redaction.redacting = [RecordRemainder(position: LogPosition(1), payload: [])]
        _ = submit(redaction, to: store)
        #expect(store.step())
        #expect(
            box.points.dropFirst(11) == [
                .groupTaken, .recordPut, .appendPut, .redactionPut, .indexPut, .beforeCommit, .afterCommit,
                .acknowledging,
            ])
        #expect(Set(box.points) == Set(FailurePoint.allCases).subtracting(FailurePoint.ofCompaction))
    }
}

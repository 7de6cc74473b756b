import EventLog
import Foundation
import LMDB
import StoreTesting
import TestSupport
import Testing
import Tracking
import Transparency
import crash_child

/// Content that goes out of the log of a server, and what stays.
@Suite struct RedactionTests {
    let folder: TemporaryDirectory

    init() throws { folder = try TemporaryDirectory() }

    private func open(_ options: EventLogOptions = .forTests) throws -> (LMDBEventStore, DataDirectory) {
        let directory = try DataDirectory(path: folder.path, address: "a test")
        return (try LMDBEventStore(in: directory, options: options), directory)
    }

    private func close(_ store: LMDBEventStore, _ directory: DataDirectory) async {
        await store.close()
        directory.unlock()
    }

    /// A closed log with records of telemetry.
    private func fill() async throws {
        let (store, directory) = try open()
        try await CrashRedaction.fill(store)
        await close(store, directory)
    }

    /// A closed log whose records of telemetry were redacted; the answer.
    private func fillAndRedact() async throws -> AppendResult {
        let (store, directory) = try open()
        try await CrashRedaction.fill(store)
        let result = try await store.append(try await CrashRedaction.request(in: store))
        await close(store, directory)
        return result
    }

    private func headers() throws -> [[UInt8]] {
        var headers: [[UInt8]] = []
        try LogSurgery.withEnvironment(in: folder.path) { environment in
            let records = try environment.database("records")
            let entries = try environment.read { (transaction) throws(LMDBError) in
                try transaction.entries(in: records)
            }
            headers = entries.map { Array($0.value[..<(Int($0.value[2]) << 8 | Int($0.value[3]))]) }
        }
        return headers
    }

    /// The message with which the log is not verified; nil when it is.
    private func refusal() async throws -> String? {
        let (store, directory) = try open()
        let result = Result { () throws(StorageError) in try store.verify() }
        await close(store, directory)
        do throws(StorageError) {
            _ = try result.get()
            return nil
        } catch {
            return error.message
        }
    }

    /// True when the file at `path` has the text that was removed.
    private func hasSecret(_ path: String) throws -> Bool {
        try Data(contentsOf: URL(fileURLWithPath: path)).range(of: Data(CrashRedaction.secret.utf8)) != nil
    }

    @Test("the headers stay, the tree goes on, and the log is verified, also after a restart")
    func headersStay() async throws {
        try await fill()
        let before = try headers()
        let (store, directory) = try open()
        let result = try await store.append(try await CrashRedaction.request(in: store))
        #expect(try store.verify().redactedCount == CrashRedaction.count)
        await close(store, directory)
        #expect(try headers().prefix(before.count) == before[...])
        #expect(try LogSurgery.storedTree(in: folder.path) == LogSurgery.tree(ofRecordsIn: folder.path))
        let (again, againDirectory) = try open()
        let events = try await again.allEvents(in: CrashRedaction.telemetry)
        #expect(events.count == CrashRedaction.count && events.allSatisfy { $0.redactedBy == result.first })
        #expect(
            try events.allSatisfy { event in
                guard case .linesLogged(let logged) = try TelemetryEvent(event) else { return false }
                return logged.lines.count == 1 && logged.lines[0].text.isEmpty
            })
        #expect(try again.verify().redactedCount == CrashRedaction.count)
        await close(again, againDirectory)
    }

    @Test("a proof that was made before verifies what was redacted since")
    func proofs() async throws {
        try await fill()
        let leaves = try headers().map { TreeHash.leaf($0) }
        let proofs = try leaves.indices.map {
            try InclusionProof(of: UInt64($0), inTreeOf: UInt64(leaves.count), from: Leaves(leaves))
        }
        let head = try #require(try LogSurgery.storedTree(in: folder.path)).head
        let (store, directory) = try open()
        _ = try await store.append(try await CrashRedaction.request(in: store))
        await close(store, directory)
        for (proof, header) in zip(proofs, try headers()) { try proof.verify(.leaf(header), in: head) }
    }

    @Test("what only the journal had is redacted like all else, and does not come back after a crash")
    func journal() async throws {
        var options = EventLogOptions.forTests
        options.isStepped = true
        let (store, directory) = try open(options)
        store.submit(.of([CrashRedaction.secret], to: CrashRedaction.telemetry, as: "one")) { _ in }
        #expect(store.step())
        store.submit(
            try CrashRedaction.request(
                naming: [LogPosition(1)], redacting: [RecordRemainder(position: LogPosition(1), payload: [])])
        ) { _ in }
        #expect(store.step())
        #expect(try await store.event(at: LogPosition(1))?.redactedBy == LogPosition(2))
        // The folder as a process that dies now leaves it.
        let copy = try TemporaryDirectory()
        try FileManager.default.copyItem(atPath: folder.path + "/log", toPath: copy.path + "/log")
        let again = try LMDBEventStore(
            in: DataDirectory(path: copy.path, address: "a test"), options: .forTests)
        #expect(try await again.event(at: LogPosition(1))?.redactedBy == LogPosition(2))
        #expect(try again.verify().redactedCount == 1)
        await again.close()
        await close(store, directory)
    }

    @Test("content that is gone without an event that names its record is damage, and so is the reverse")
    func damage() async throws {
        try await fill()
        try LogSurgery.changeRecord(at: 2, in: folder.path) { record in
            record = try! RecordEncoding.redacted(record, by: LogPosition(99), leaving: [])
        }
        #expect(try await refusal()?.contains("position 2 is gone, and position 99 has no redaction") == true)
        let (store, directory) = try open()
        let request = try CrashRedaction.request(naming: [LogPosition(3)], redacting: [])
        _ = try await store.append(request)
        await close(store, directory)
        #expect(try await refusal()?.contains("position 3 is gone, but it is there") == true)
    }

    @Test("a compacted log has the same records and none of the bytes that were removed")
    func compaction() async throws {
        _ = try await fillAndRedact()
        let before = try headers()
        let (store, directory) = try open()
        let events = try await store.events(after: .start).events
        await close(store, directory)
        let file = folder.path + "/log/data.mdb"
        let compacting = try DataDirectory(path: folder.path, address: "a test")
        let outcome = try await LogCompaction(in: compacting, options: .forTests).run()
        compacting.unlock()
        #expect(outcome.verification.recordCount == events.count)
        #expect(outcome.verification.redactedCount == CrashRedaction.count)
        #expect(try !hasSecret(file))
        #expect(!FileManager.default.fileExists(atPath: folder.path + "/log/journal"))
        #expect(!FileManager.default.fileExists(atPath: folder.path + "/log.compact"))
        #expect(try headers() == before)
        let (again, againDirectory) = try open()
        #expect(try await again.events(after: .start).events == events)
        #expect(try await again.append(.of(["next"], to: CrashRedaction.session, as: "next")).count == 1)
        await close(again, againDirectory)
    }

    @Test("a damaged log is not compacted, and stays as it is")
    func damagedCompaction() async throws {
        _ = try await fillAndRedact()
        try LogSurgery.changeRecord(at: 3, in: folder.path) { $0[$0.count - 1] ^= 1 }
        let file = URL(fileURLWithPath: folder.path + "/log/data.mdb")
        let directory = try DataDirectory(path: folder.path, address: "a test")
        let before = try Data(contentsOf: file).count
        await #expect(throws: StorageError(.damaged, "")) {
            try await LogCompaction(in: directory, options: .forTests).run()
        }
        directory.unlock()
        #expect(try Data(contentsOf: file).count == before)
    }

    // MARK: - Crashes

    /// Runs a child that kills itself at a point. Returns whether it reached it.
    private func child(_ mode: String, dyingAt point: FailurePoint, _ times: Int) throws -> Bool {
        let child = Process()
        let ownPath = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        child.executableURL = URL(fileURLWithPath: ownPath).deletingLastPathComponent()
            .appendingPathComponent("crash-child")
        child.arguments = [folder.path, point.rawValue, "\(times)", mode]
        child.standardOutput = FileHandle.nullDevice
        try child.run()
        child.waitUntilExit()
        return child.terminationReason == .uncaughtSignal
    }

    @Test(
        "a process killed while it redacts leaves all of it or nothing, and the same command goes on from there",
        arguments: [.groupTaken, .recordPut, .redactionPut, .beforeCommit, .afterCommit] as [FailurePoint], [1, 3])
    func crash(point: FailurePoint, times: Int) async throws {
        try await fill()
        let died = try child("redact", dyingAt: point, times)
        #expect(died == (times == 1 || point == .redactionPut))
        let (store, directory) = try open()
        let isRedacted = try await store.version(of: CrashRedaction.session) > .none
        #expect(isRedacted == (!died || point == .afterCommit))
        #expect(try store.verify().redactedCount == (isRedacted ? CrashRedaction.count : 0))
        let result = try await store.append(try await CrashRedaction.request(in: store))
        #expect(result.isRepeat == isRedacted)
        #expect(try store.verify().redactedCount == CrashRedaction.count)
        await close(store, directory)
    }

    @Test(
        "a process killed while it compacts leaves a whole log, and the next compaction goes to the end",
        arguments: FailurePoint.ofCompaction)
    func crashOfCompaction(point: FailurePoint) async throws {
        _ = try await fillAndRedact()
        let before = try headers()
        #expect(try child("compact", dyingAt: point, 1))
        #expect(try await refusal() == nil)
        #expect(try headers() == before)
        let directory = try DataDirectory(path: folder.path, address: "a test")
        let outcome = try await LogCompaction(in: directory, options: .forTests).run()
        directory.unlock()
        #expect(outcome.verification.recordCount == before.count)
        #expect(try !hasSecret(folder.path + "/log/data.mdb"))
        #expect(try headers() == before)
    }
}

/// The hashes of a tree, in memory.
private struct Leaves: TreeHashReader {
    struct Missing: Error {}

    private var hashes: [TreeNode: TreeHash] = [:]

    init(_ leaves: [TreeHash]) {
        var frontier = Frontier()
        for leaf in leaves { frontier.append(leaf) { hashes[$0] = $1 } }
    }

    func hashes(of nodes: [TreeNode]) throws(Missing) -> [TreeHash] {
        var found: [TreeHash] = []
        for node in nodes {
            guard let hash = hashes[node] else { throw Missing() }
            found.append(hash)
        }
        return found
    }
}

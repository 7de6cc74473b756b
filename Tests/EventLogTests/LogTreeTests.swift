import EventLog
import Foundation
import LMDB
import StoreTesting
import Synchronization
import TestSupport
import Testing
import Tracking
import Transparency

/// The tree over the headers of the records, which the writer keeps beside them.
@Suite struct LogTreeTests {
    let folder: TemporaryDirectory
    let faults = Faults()
    let session = StreamID(.session, "sess_1")

    init() throws { folder = try TemporaryDirectory() }

    private func open(
        in path: String? = nil, _ change: (inout EventLogOptions) -> Void = { _ in }
    ) throws -> (LMDBEventStore, DataDirectory) {
        var options = EventLogOptions.forTests
        options.isStepped = true
        options.environment.fault = { [faults] in faults.code(for: $0) }
        options.onFailure = { [faults] in faults.note($0) }
        change(&options)
        let directory = try DataDirectory(path: path ?? folder.path, address: "a test")
        do {
            return (try LMDBEventStore(in: directory, options: options), directory)
        } catch {
            directory.unlock()
            throw error
        }
    }

    private func close(_ store: LMDBEventStore, _ directory: DataDirectory) async {
        await store.close()
        directory.unlock()
    }

    /// Appends commands of one to three events each.
    private func append(_ numbers: Range<Int>, to store: LMDBEventStore) {
        for number in numbers {
            let texts = (0...number % 3).map { "\(number) \($0)" }
            store.submit(.of(texts, to: session, as: "\(number)")) { _ in }
            #expect(store.step())
        }
    }

    private func fill(_ count: Int) async throws {
        let (store, directory) = try open()
        append(0..<count, to: store)
        await close(store, directory)
    }

    /// The message with which the log is not opened, or is not verified; nil when both succeed.
    private func refusal() async throws -> String? {
        do {
            let (store, directory) = try open()
            let result = Result { () throws(StorageError) in try store.verify() }
            await close(store, directory)
            _ = try result.get()
            return nil
        } catch let error as StorageError {
            return error.message
        }
    }

    @Test("the tree has the header of every record, in the order of the positions", arguments: [0, 1 << 20])
    func leaves(journalByteCount: Int) async throws {
        let (store, directory) = try open { $0.bounds.journalByteCount = journalByteCount }
        #expect(try store.frontier().head == .empty)
        append(0..<20, to: store)
        try store.flush()
        let frontier = try store.frontier()
        #expect(frontier.size == store.head.rawValue && frontier.size > 20)
        #expect(try store.verify().recordCount == Int(frontier.size))
        await close(store, directory)
        #expect(try frontier == LogSurgery.tree(ofRecordsIn: folder.path))
    }

    @Test("what only the journal has gets into the tree with the database")
    func journal() async throws {
        let (store, directory) = try open()
        append(0..<5, to: store)
        #expect(try store.frontier().size == 0)
        try store.flush()
        let flushed = try store.frontier()
        #expect(flushed.size == store.head.rawValue)
        append(5..<8, to: store)
        #expect(try store.frontier() == flushed)
        #expect(try store.verify().recordCount == Int(store.head.rawValue))
        await close(store, directory)
    }

    @Test("a log that is opened again goes on with its tree")
    func reopen() async throws {
        try await fill(7)
        let (store, directory) = try open { $0.treeProgress = { _, _ in Issue.record("the tree was there") } }
        #expect(try store.frontier().size == store.head.rawValue)
        append(7..<12, to: store)
        await close(store, directory)
        let (again, againDirectory) = try open()
        let frontier = try again.frontier()
        #expect(frontier.size == again.head.rawValue)
        await close(again, againDirectory)
        #expect(try frontier == LogSurgery.tree(ofRecordsIn: folder.path))
    }

    @Test("a log without a tree, or with one that lacks records, gets it when it is opened", arguments: [0, 4, 8, 13])
    func completion(size: UInt64) async throws {
        try await fill(12)
        let whole = try LogSurgery.tree(ofRecordsIn: folder.path)
        try LogSurgery.putTree(
            size == 0 ? nil : LogSurgery.tree(ofRecordsIn: folder.path, size: size).encoded, in: folder.path)
        let steps = Mutex<[UInt64]>([])
        let (store, directory) = try open {
            $0.bounds.treeStepCount = 5
            $0.treeProgress = { done, end in
                #expect(end.rawValue == whole.size)
                steps.withLock { $0.append(done.rawValue) }
            }
        }
        let expected = Array(stride(from: size + 5, to: whole.size, by: 5)) + [whole.size]
        #expect(steps.withLock { $0 } == expected)
        #expect(try store.frontier() == whole)
        #expect(try store.verify().recordCount == Int(whole.size))
        await close(store, directory)
    }

    @Test("what the recovery of a journal brings to the database is in the tree")
    func recovery() async throws {
        let (store, directory) = try open()
        append(0..<4, to: store)
        try store.flush()
        append(4..<9, to: store)
        let copy = try TemporaryDirectory()
        try FileManager.default.copyItem(atPath: folder.path + "/log", toPath: copy.path + "/log")
        await close(store, directory)
        let (recovered, recoveredDirectory) = try open(in: copy.path)
        let frontier = try recovered.frontier()
        #expect(frontier.size == recovered.head.rawValue)
        #expect(try recovered.verify().recordCount == Int(frontier.size))
        await close(recovered, recoveredDirectory)
        #expect(try frontier == LogSurgery.tree(ofRecordsIn: folder.path))
    }

    @Test("a transaction that fails leaves tree and records as they were")
    func failedCommit() async throws {
        let (store, directory) = try open { $0.bounds.journalByteCount = 0 }
        append(0..<5, to: store)
        let before = try store.frontier()
        faults.fail(.commit, with: ENOSPC)
        append(5..<6, to: store)
        #expect(try store.frontier() == before && before.size == store.head.rawValue)
        faults.heal()
        append(6..<9, to: store)
        #expect(try store.frontier().size == store.head.rawValue)
        await close(store, directory)
        #expect(try LogSurgery.storedTree(in: folder.path) == LogSurgery.tree(ofRecordsIn: folder.path))
    }

    @Test("a header that was changed together with its check is noticed by the tree")
    func changedHeader() async throws {
        try await fill(5)
        #expect(try await refusal() == nil)
        // The actor stands at the end of the header; nothing else of the log says who it was.
        try LogSurgery.changeRecord(at: 3, in: folder.path) { record in
            let end = Int(record[2]) << 8 | Int(record[3])
            record[end - Int(record[7]) - 1] ^= 1
            RecordEncoding.repairChecks(of: &record)
        }
        #expect(try await refusal()?.hasPrefix("The records have the tree ") == true)
    }

    @Test("a tree that has leaves without records, or is damaged, is told of when the log is opened")
    func damage() async throws {
        try await fill(5)
        let tree = try LogSurgery.tree(ofRecordsIn: folder.path)
        var longer = tree
        longer.append(.empty)
        try LogSurgery.putTree(longer.encoded, in: folder.path)
        #expect(
            try await refusal()?.contains(
                "The tree of the log has \(longer.size) leaves, and the log ends at position \(tree.size).") == true)
        try LogSurgery.putTree(tree.encoded.dropLast(), in: folder.path)
        #expect(try await refusal()?.contains("The tree of the log cannot be read.") == true)
        try LogSurgery.putTree(tree.encoded, in: folder.path)
        #expect(try await refusal() == nil)
    }
}

extension LogSurgery {
    /// The tree over the headers of the first `size` records, read byte by byte as the article on the format says.
    static func tree(ofRecordsIn folder: String, size: UInt64 = .max) throws -> Frontier {
        var frontier = Frontier()
        try withEnvironment(in: folder) { environment in
            let records = try environment.database("records")
            let entries = try environment.read { (transaction) throws(LMDBError) in
                try transaction.entries(in: records)
            }
            for (_, record) in entries where frontier.size < size {
                frontier.append(.leaf(Array(record[..<(Int(record[2]) << 8 | Int(record[3]))])))
            }
        }
        return frontier
    }

    /// The tree that the log keeps.
    static func storedTree(in folder: String) throws -> Frontier? {
        var bytes: [UInt8]?
        try withEnvironment(in: folder) { environment in
            let meta = try environment.database("meta")
            bytes = try environment.read { (transaction) throws(LMDBError) in
                try transaction.value(for: Array("tree".utf8), in: meta)
            }
        }
        return try bytes.map { try Frontier(encoded: $0) }
    }

    /// Replaces the tree that the log keeps; nil to make the log look as if a release that knows no tree had written
    /// it.
    static func putTree(_ bytes: [UInt8]?, in folder: String) throws {
        try withEnvironment(in: folder) { environment in
            let meta = try environment.database("meta")
            try environment.write { (transaction) throws(LMDBError) in
                if let bytes {
                    try transaction.put(bytes, for: Array("tree".utf8), in: meta)
                } else {
                    try transaction.delete(Array("tree".utf8), in: meta)
                }
            }
        }
    }

    static func changeRecord(at position: UInt64, in folder: String, _ change: (inout [UInt8]) -> Void) throws {
        try withEnvironment(in: folder) { environment in
            let records = try environment.database("records")
            let key = withUnsafeBytes(of: position.bigEndian) { Array($0) }
            try environment.write { (transaction) throws(LMDBError) in
                guard var record = try transaction.value(for: key, in: records) else { return }
                change(&record)
                try transaction.put(record, for: key, in: records)
            }
        }
    }
}

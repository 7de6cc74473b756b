import Foundation
import LMDB
import Synchronization
import TestSupport
import Testing

@Suite struct EnvironmentTests {
    let folder: TemporaryDirectory

    init() throws { folder = try TemporaryDirectory() }

    private var dataFile: URL { URL(fileURLWithPath: folder.path + "/data.mdb") }

    private func fill(_ count: Int) throws {
        let environment = try Environment(path: folder.path)
        defer { environment.close() }
        let database = try environment.database("bytes")
        try environment.write { (transaction) throws(LMDBError) in
            for index in 0..<count {
                try transaction.put(
                    Array(repeating: 7, count: 1000), for: [UInt8(index / 256), UInt8(index % 256)], in: database)
            }
        }
    }

    private func open() throws(LMDBError) { try Environment(path: folder.path).close() }

    @Test("the file stays small though the map is huge")
    func sparse() throws {
        let environment = try Environment(path: folder.path)
        _ = try environment.database("bytes")
        let statistics = try environment.statistics()
        #expect(statistics.mapByteCount == 1 << 40)
        #expect(statistics.fileByteCount < 1 << 20)
        #expect(statistics.usedByteCount <= statistics.fileByteCount)
        #expect(try environment.freeByteCountOfDisk() > 0)
    }

    @Test("a data file cut before its last page is refused and left alone", arguments: [0.25, 0.5, 0.99])
    func truncated(part: Double) throws {
        try fill(500)
        let whole = try Data(contentsOf: dataFile)
        let cut = whole.prefix(Int(Double(whole.count) * part))
        try cut.write(to: dataFile)
        #expect(throws: LMDBError(.truncated, during: "open", at: "")) { try open() }
        #expect(try Data(contentsOf: dataFile) == cut)
    }

    @Test("a data file that is empty or ends inside its first pages is refused", arguments: [0, 1, 100, 4096, 5000])
    func truncatedMeta(length: Int) throws {
        try fill(1)
        try Data(contentsOf: dataFile).prefix(length).write(to: dataFile)
        do throws(LMDBError) {
            try open()
            Issue.record("it was opened")
        } catch {
            #expect([.truncated, .notADatabase].contains(error.code))
        }
    }

    @Test("a file of something else is refused with what to do")
    func garbage() throws {
        let garbage = Data((0..<20_000).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ 7) })
        try garbage.write(to: dataFile)
        do throws(LMDBError) {
            try open()
            Issue.record("it was opened")
        } catch {
            #expect(error.code == .notADatabase)
            #expect(error.description.contains("restore it from a backup"))
        }
        #expect(try Data(contentsOf: dataFile) == garbage)
    }

    @Test("a folder that is missing is an error of the system")
    func missing() throws {
        #expect(throws: LMDBError(.system(ENOENT), during: "open", at: "")) {
            try Environment(path: folder.path + "/none")
        }
    }

    @Test("a full map is its own error, undoes the transaction and leaves the environment usable")
    func mapFull() throws {
        var options = EnvironmentOptions()
        options.mapByteCount = 1 << 20
        let environment = try Environment(path: folder.path, options: options)
        let database = try environment.database("bytes")
        #expect(throws: LMDBError(.mapFull, during: "put", at: "")) {
            try environment.write { (transaction) throws(LMDBError) in
                for index in 0..<2000 {
                    try transaction.put(
                        Array(repeating: 7, count: 1000), for: [UInt8(index / 256), UInt8(index % 256)], in: database)
                }
            }
        }
        try environment.write { (transaction) throws(LMDBError) in
            #expect(try transaction.count(of: database) == 0)
            try transaction.put([1], for: [1], in: database)
        }
    }

    @Test("more readers than places are refused, and a place that is free again can be taken")
    func readers() throws {
        var options = EnvironmentOptions()
        options.maximumReaders = 2
        let environment = try Environment(path: folder.path, options: options)
        let first = try environment.beginReading()
        do {
            let second = try environment.beginReading()
            #expect(throws: LMDBError(.readersFull, during: "read", at: "")) {
                _ = try environment.beginReading()
            }
            _ = second.handle
        }
        _ = try environment.beginReading()
        _ = first.handle
    }

    @Test(
        "an injected failure is thrown where it was asked for and nothing is written",
        arguments: [.beginWrite, .put, .delete, .commit] as [Environment.Operation])
    func faults(operation: Environment.Operation) throws {
        let isArmed = Flag()
        var options = EnvironmentOptions()
        options.fault = { $0 == operation && isArmed.value.load(ordering: .relaxed) ? EIO : 0 }
        let environment = try Environment(path: folder.path, options: options)
        let database = try environment.database("bytes")
        isArmed.value.store(true, ordering: .relaxed)
        #expect(throws: LMDBError(.system(EIO), during: "", at: "")) {
            try environment.write { (transaction) throws(LMDBError) in
                try transaction.put([1], for: [1], in: database)
                try transaction.delete([2], in: database)
            }
        }
        isArmed.value.store(false, ordering: .relaxed)
        try environment.write { (transaction) throws(LMDBError) in
            #expect(try transaction.count(of: database) == 0)
        }
    }

    @Test("a copy holds what was committed and can be opened")
    func copy() throws {
        try fill(10)
        let environment = try Environment(path: folder.path)
        let target = try TemporaryDirectory()
        try environment.copy(to: target.path)
        let copy = try Environment(path: target.path)
        let database = try copy.database("bytes")
        let count = try copy.read { (transaction) throws(LMDBError) in try transaction.count(of: database) }
        #expect(count == 10)
    }

    @Test("nothing can be made in an environment opened for reading")
    func readOnly() throws {
        try fill(1)
        var options = EnvironmentOptions()
        options.isReadOnly = true
        let environment = try Environment(path: folder.path, options: options)
        let database = try environment.database("bytes")
        #expect(throws: LMDBError(.system(ENOENT), during: "", at: "")) { try environment.database("other") }
        #expect(throws: LMDBError(.system(EACCES), during: "", at: "")) { _ = try environment.beginWriting() }
        let count = try environment.read { (transaction) throws(LMDBError) in try transaction.count(of: database) }
        #expect(count == 1)
    }
}

/// Carries an atomic into a closure.
private final class Flag: Sendable {
    let value = Atomic(false)

    @Test(
        "a commit that the library took back, whose meta page leads nowhere, does not keep the one before it from being read"
    )
    func commitTakenBack() throws {
        let folder = try TemporaryDirectory()
        do {
            let environment = try Environment(path: folder.path)
            defer { environment.close() }
            let letters = try environment.database("letters")
            for value in UInt8(1)...3 {
                try environment.write { (transaction) throws(LMDBError) in
                    try transaction.put([value], for: [97], in: letters)
                }
            }
        }
        let file = URL(fileURLWithPath: folder.path + "/data.mdb")
        var bytes = try Data(contentsOf: file)
        func number(_ offset: Int) -> UInt64 {
            (0..<8).reduce(0) { $0 | UInt64(bytes[offset + $1]) << (8 * UInt64($1)) }
        }
        let metaPages = [0, 4096].map { $0 + 16 }
        let older = number(metaPages[0] + 128) < number(metaPages[1] + 128) ? metaPages[0] : metaPages[1]
        // The root of the list of databases.
        bytes[older + 112 + 4] = 1
        try bytes.write(to: file)
        let environment = try Environment(path: folder.path)
        defer { environment.close() }
        let letters = try environment.database("letters")
        let value = try environment.read { (transaction) throws(LMDBError) in
            try transaction.value(for: [97], in: letters)
        }
        #expect(value == [3])
    }
}

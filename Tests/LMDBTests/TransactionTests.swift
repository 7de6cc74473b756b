import Foundation
import LMDB
import TestSupport
import Testing

@Suite struct TransactionTests {
    let folder: TemporaryDirectory
    let environment: Environment
    let letters: Database

    init() throws {
        folder = try TemporaryDirectory()
        environment = try Environment(path: folder.path)
        letters = try environment.database("letters")
    }

    private func fill(_ keys: [[UInt8]]) throws {
        try environment.write { (transaction) throws(LMDBError) in
            for key in keys { try transaction.put(key.reversed(), for: key, in: letters) }
        }
    }

    private func keys(in range: KeyRange, _ order: KeyOrder = .ascending) throws -> [[UInt8]] {
        try environment.read { (transaction) throws(LMDBError) in
            try transaction.entries(in: letters, range: range, order: order).map(\.key)
        }
    }

    @Test("what is put is read back, also by another environment after a close")
    func putAndGet() throws {
        try fill([[1, 2, 3]])
        environment.close()
        let again = try Environment(path: folder.path)
        let database = try again.database("letters")
        let value = try again.read { (transaction) throws(LMDBError) in
            try transaction.value(for: [1, 2, 3], in: database)
        }
        #expect(value == [3, 2, 1])
    }

    @Test("a missing key has no value, and deleting it says so")
    func missing() throws {
        try environment.write { (transaction) throws(LMDBError) in
            #expect(try transaction.value(for: [9], in: letters) == nil)
            #expect(try transaction.delete([9], in: letters) == false)
            try transaction.put([1], for: [9], in: letters)
            #expect(try transaction.contains([9], in: letters))
            #expect(try transaction.delete([9], in: letters))
            #expect(try transaction.count(of: letters) == 0)
        }
    }

    @Test("an empty value is a value")
    func emptyValue() throws {
        try environment.write { (transaction) throws(LMDBError) in try transaction.put([], for: [1], in: letters) }
        let value = try environment.read { (transaction) throws(LMDBError) in
            try transaction.value(for: [1], in: letters)
        }
        #expect(value == [])
    }

    @Test("a transaction that throws, or is let go, leaves nothing")
    func undone() throws {
        #expect(throws: LMDBError(.badSize, during: "put", at: "")) {
            try environment.write { (transaction) throws(LMDBError) in
                try transaction.put([1], for: [1], in: letters)
                try transaction.put([1], for: [], in: letters)
            }
        }
        let transaction = try environment.beginWriting()
        try transaction.put([1], for: [2], in: letters)
        transaction.abort()
        #expect(try keys(in: .all) == [])
    }

    @Test("a reader keeps the state it began with while others commit, and two may be open on one thread")
    func isolation() throws {
        try fill([[1]])
        let before = try environment.beginReading()
        try fill([[2]])
        let after = try environment.beginReading()
        #expect(try before.count(of: letters) == 1)
        #expect(try after.count(of: letters) == 2)
    }

    @Test("a range gives its keys in both orders, whatever its bounds")
    func ranges() throws {
        try fill([[1], [2], [2, 0], [2, 255], [3], [255], [255, 255], [255, 255, 7]])
        #expect(try keys(in: .prefix([2])) == [[2], [2, 0], [2, 255]])
        #expect(try keys(in: .prefix([2]), .descending) == [[2, 255], [2, 0], [2]])
        #expect(try keys(in: .prefix([255])) == [[255], [255, 255], [255, 255, 7]])
        #expect(try keys(in: .prefix([255, 255]), .descending) == [[255, 255, 7], [255, 255]])
        #expect(try keys(in: .from([1], to: [2])) == [[1]])
        #expect(try keys(in: .from([1], through: [2])) == [[1], [2]])
        #expect(try keys(in: .from([1], through: [2]), .descending) == [[2], [1]])
        #expect(try keys(in: KeyRange(lower: .excluded([2]), upper: .excluded([3]))) == [[2, 0], [2, 255]])
        #expect(
            try keys(in: KeyRange(lower: .excluded([2]), upper: .excluded([3])), .descending) == [[2, 255], [2, 0]])
        #expect(try keys(in: KeyRange(lower: .included([254]))) == [[255], [255, 255], [255, 255, 7]])
        #expect(try keys(in: KeyRange(upper: .excluded([2]))) == [[1]])
        #expect(try keys(in: .prefix([9])) == [])
        #expect(try keys(in: .prefix([9]), .descending) == [])
        #expect(try keys(in: .prefix([0]), .descending) == [])
    }

    @Test("ranges agree with filtering a sorted list", arguments: 0..<40 as Range<UInt64>)
    func rangesAgainstModel(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        func key() -> [UInt8] {
            (0..<Int.random(in: 1...3, using: &random)).map { _ in [0, 1, 254, 255].randomElement(using: &random)! }
        }
        let present = Set((0..<30).map { _ in key() })
        try fill(Array(present))
        let sorted = present.sorted { $0.lexicographicallyPrecedes($1) }
        func bound() -> KeyRange.Bound {
            switch Int.random(in: 0..<3, using: &random) {
            case 0: .unbounded
            case 1: .included(key())
            default: .excluded(key())
            }
        }
        for _ in 0..<50 {
            let range = KeyRange(lower: bound(), upper: bound())
            let expected = sorted.filter { key in
                let isAfterLower =
                    switch range.lower {
                    case .unbounded: true
                    case .included(let bound): !key.lexicographicallyPrecedes(bound)
                    case .excluded(let bound): bound.lexicographicallyPrecedes(key)
                    }
                let isBeforeUpper =
                    switch range.upper {
                    case .unbounded: true
                    case .included(let bound): !bound.lexicographicallyPrecedes(key)
                    case .excluded(let bound): key.lexicographicallyPrecedes(bound)
                    }
                return isAfterLower && isBeforeUpper
            }
            #expect(try keys(in: range) == expected)
            #expect(try keys(in: range, .descending) == expected.reversed())
            let prefix = key()
            #expect(try keys(in: .prefix(prefix)) == sorted.filter { $0.starts(with: prefix) })
        }
    }

    @Test("a limit cuts, and the first of a descending range is its last")
    func limits() throws {
        try fill([[1], [2], [3]])
        try environment.read { (transaction) throws(LMDBError) in
            #expect(try transaction.entries(in: letters, limit: 2).map(\.key) == [[1], [2]])
            #expect(try transaction.entries(in: letters, limit: 0).isEmpty)
            #expect(try transaction.first(in: letters, order: .descending)?.key == [3])
            #expect(try transaction.first(in: letters, range: .prefix([7])) == nil)
        }
    }

    @Test("a cursor seeks to the neighbours of a key")
    func cursor() throws {
        try fill([[10], [20], [30]])
        try environment.read { (transaction) throws(LMDBError) in
            try transaction.withCursor(in: letters) { (cursor) throws(LMDBError) in
                #expect(try cursor.seek(atOrAfter: [15]).map { Array($0.key) } == [20])
                #expect(try cursor.seek(atOrBefore: [15]).map { Array($0.key) } == [10])
                #expect(try cursor.seek(atOrBefore: [20]).map { Array($0.key) } == [20])
                #expect(try cursor.seek(before: [20]).map { Array($0.key) } == [10])
                #expect(try cursor.seek(before: [10]) == nil)
                #expect(try cursor.seek(atOrBefore: [5]) == nil)
                #expect(try cursor.seek(atOrBefore: [99]).map { Array($0.key) } == [30])
                #expect(try cursor.seek(atOrAfter: [31]) == nil)
            }
        }
    }

    @Test("appending a key that is not the last is refused, and so is putting a new one that is there")
    func placement() throws {
        try environment.write { (transaction) throws(LMDBError) in
            try transaction.put([1], for: [5], in: letters, .atEnd)
            try transaction.put([1], for: [6], in: letters, .atEnd)
        }
        for (key, placement) in [([4], .atEnd), ([6], .onlyNew)] as [([UInt8], WriteTransaction.Placement)] {
            #expect(throws: LMDBError(.keyOrder, during: "put", at: "")) {
                try environment.write { (transaction) throws(LMDBError) in
                    try transaction.put([2], for: key, in: letters, placement)
                }
            }
        }
    }

    @Test("deleting a range leaves the rest, and clearing leaves the database")
    func deleteRange() throws {
        try fill((0..<3000).map { [UInt8($0 / 256), UInt8($0 % 256)] })
        try environment.write { (transaction) throws(LMDBError) in
            #expect(try transaction.deleteAll(in: letters, range: .from([1], to: [11])) == 2560)
            #expect(try transaction.count(of: letters) == 440)
            try transaction.clear(letters)
            #expect(try transaction.count(of: letters) == 0)
            try transaction.put([1], for: [1], in: letters)
        }
        #expect(try keys(in: .all) == [[1]])
    }
}

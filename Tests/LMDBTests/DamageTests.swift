import Foundation
import LMDB
import TestSupport
import Testing

/// Data files in which bits have flipped.
@Suite struct DamageTests {
    /// The contents of a file, by database and key.
    private typealias Contents = [String: [[UInt8]: [UInt8]]]

    private static let names = ["first", "second"]

    private static var options: EnvironmentOptions {
        var options = EnvironmentOptions()
        options.findsDamage = true
        options.mapByteCount = 1 << 28
        return options
    }

    /// Fills the folder with entries of all sizes, some of which are deleted and replaced again.
    private static func fill(_ folder: String, seed: UInt64, count: Int) throws -> Contents {
        var random = SeededGenerator(seed: seed)
        var contents: Contents = [:]
        let environment = try Environment(path: folder, options: options)
        defer { environment.close() }
        for name in names {
            let database = try environment.database(name)
            for _ in 0..<4 {
                try environment.write { (transaction) throws(LMDBError) in
                    for _ in 0..<count {
                        let key = Array("\(UInt32.random(in: 0..<5000, using: &random))".utf8)
                        if Bool.random(using: &random), Bool.random(using: &random) {
                            try transaction.delete(key, in: database)
                            contents[name, default: [:]][key] = nil
                        } else {
                            let length = [0, 3, 40, 900, 6000].randomElement(using: &random) ?? 0
                            let value = (0..<length).map { _ in UInt8.random(in: 0...255, using: &random) }
                            try transaction.put(value, for: key, in: database)
                            contents[name, default: [:]][key] = value
                        }
                    }
                }
            }
        }
        return contents
    }

    @Test("a sound file passes, whatever was put, replaced and deleted", arguments: [0, 1, 30, 700])
    func sound(count: Int) throws {
        let folder = try TemporaryDirectory()
        let contents = try Self.fill(folder.path, seed: UInt64(count), count: count)
        let environment = try Environment(path: folder.path, options: Self.options)
        for name in Self.names {
            let database = try environment.database(name)
            try environment.read { (transaction) throws(LMDBError) in
                let found = try transaction.entries(in: database)
                #expect(Dictionary(uniqueKeysWithValues: found.map { ($0.key, $0.value) }) == contents[name] ?? [:])
                for number in 0..<200 {
                    let key = Array("\(number)".utf8)
                    let value = try transaction.value(for: key, in: database)
                    #expect(value == contents[name]?[key])
                }
            }
        }
    }

    @Test("after bits flipped, every answer is right or an error", arguments: 0..<8)
    func flips(seed: UInt64) throws {
        let folder = try TemporaryDirectory()
        let contents = try Self.fill(folder.path, seed: 7, count: 150)
        let file = URL(fileURLWithPath: folder.path + "/data.mdb")
        let whole = try Data(contentsOf: file)
        var random = SeededGenerator(seed: seed)
        var foundCount = 0
        for round in 0..<60 {
            var damaged = whole
            for _ in 0..<[1, 4, 16][round % 3] {
                damaged[Int.random(in: 0..<damaged.count, using: &random)] ^=
                    1 << UInt8.random(in: 0..<8, using: &random)
            }
            try damaged.write(to: file)
            do throws(LMDBError) {
                let environment = try Environment(path: folder.path, options: Self.options)
                defer { environment.close() }
                for name in Self.names { foundCount += try Self.compare(environment, name, contents) }
            } catch {
                foundCount += 1
                #expect([.corrupted, .notADatabase, .truncated].contains(error.code), "\(error)")
            }
        }
        #expect(foundCount > 20)
    }

    /// Compares every answer about a database with what was put; the number of errors instead of answers.
    private static func compare(
        _ environment: Environment, _ name: String, _ contents: Contents
    ) throws(LMDBError) -> Int {
        let wanted = contents[name] ?? [:]
        let database = try environment.database(name)
        let transaction = try environment.beginReading()
        var errors = 0
        func attempt(_ body: () throws(LMDBError) -> Void) {
            do throws(LMDBError) {
                try body()
            } catch {
                errors += 1
                #expect(error.code == .corrupted, "\(error)")
            }
        }
        for number in 0..<5000 {
            let key = Array("\(number)".utf8)
            attempt { () throws(LMDBError) in
                let value = try transaction.value(for: key, in: database)
                #expect(value == wanted[key], "key \(number) of \(name)")
            }
        }
        for prefix in 1..<10 {
            let range = KeyRange.prefix(Array("\(prefix)".utf8))
            let expected = wanted.keys.filter { $0.first == UInt8(ascii: "0") + UInt8(prefix) }
                .sorted { $0.lexicographicallyPrecedes($1) }
            attempt { () throws(LMDBError) in
                let keys = try transaction.entries(in: database, range: range).map(\.key)
                #expect(keys == expected)
            }
            attempt { () throws(LMDBError) in
                let keys = try transaction.entries(in: database, range: range, order: .descending).map(\.key)
                #expect(keys == expected.reversed())
            }
        }
        return errors
    }
}

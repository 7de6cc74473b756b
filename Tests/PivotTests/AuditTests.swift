import Foundation
import TestSupport
import Testing
import Transparency
import pivot

/// A log as files, made of records that have nothing but a position.
struct ServedLog: TiledLog {
    var files: [String: [UInt8]] = [:]
    private(set) var head = TreeHead.empty

    init(count: Int, stream: String = "session/sess_a") throws {
        var builder = TileBuilder()
        var frontier = Frontier()
        let entries = (1...count).map { ServedLog.header(UInt64($0), stream: stream) }
        for entry in entries {
            frontier.append(.leaf(entry))
            builder.append(.leaf(entry)) { files[$0.tile.path] = $0.encoded }
        }
        for tile in builder.partial { files[tile.tile.path] = tile.encoded }
        for tile in Tile.bundles(ofTreeOf: UInt64(count)) {
            let start = Int(tile.index) * Tile.fullWidth
            files[tile.path] = try EntryBundle(Array(entries[start..<start + tile.width])).encoded()
        }
        head = frontier.head
    }

    /// A header as the log has it.
    static func header(_ position: UInt64, stream: String, type: String = "session.noted") -> [UInt8] {
        func bytes(_ number: UInt64) -> [UInt8] { withUnsafeBytes(of: number.bigEndian) { Array($0) } }
        let texts = Array(stream.utf8) + Array(type.utf8)
        let byteCount = UInt16(88 + texts.count)
        let beginning: [UInt8] = [1, 0, UInt8(byteCount >> 8), UInt8(byteCount & 255)]
        let counts = [UInt8(stream.utf8.count), UInt8(type.utf8.count), 0, 0]
        let numbers = bytes(position) + bytes(position) + bytes(0)
        return beginning + counts + numbers + [UInt8](repeating: 0, count: 8 + 16 + 32) + texts
    }

    func treeHead() throws -> [UInt8] { throw AuditFault("It is not asked for.") }

    func bytes(of tile: Tile) throws -> [UInt8] {
        guard let bytes = files[tile.path] else { throw AuditFault("There is no \(tile).") }
        return bytes
    }
}

@Suite("Auditing on the command line")
struct AuditTests {
    private func fault(_ log: ServedLog, _ head: TreeHead) async throws -> String? {
        do {
            try await TiledLogCheck(log, head: head).run()
            return nil
        } catch let fault as AuditFault {
            return fault.description
        }
    }

    @Test("a log is computed again from its tiles, whatever its size", arguments: [1, 255, 256, 257, 66_000])
    func soundLog(count: Int) async throws {
        let log = try ServedLog(count: count)
        var taken: Set<String> = []
        try await TiledLogCheck(log, head: log.head).run { _ in
        } take: { tile, bytes in
            #expect(bytes == log.files[tile.path])
            taken.insert(tile.path)
        }
        #expect(taken == Set(log.files.keys))
    }

    @Test("what was changed in a served log is named, with its place")
    func changedLog() async throws {
        let log = try ServedLog(count: 600)
        let head = log.head
        var changed = log
        changed.files["tile/entries/001"]?[200] ^= 1
        #expect(
            try await fault(changed, head)
                == "Entry 1 of the bundle tile/entries/001 is not the leaf that the tile of hashes beside it has.")
        changed = log
        changed.files["tile/1/000.p/2"]?[3] ^= 1
        #expect(
            try await fault(changed, head)
                == "The tile tile/1/000.p/2 is not what the records below it come to.")
        changed = log
        changed.files["tile/0/002.p/88"] = nil
        #expect(try await fault(changed, head) == "There is no tile/0/002.p/88.")
        // Another history, tiles and all.
        let forged = try ServedLog(count: 600, stream: "session/sess_b")
        #expect(
            try await fault(forged, head)
                == "The 600 records that are served have the root \(forged.head.root); the tree head's is "
                + "\(head.root): they are not those that were signed.")
        // Records in another order.
        changed = log
        let tile = try Tile(path: "tile/entries/000")
        var entries = try EntryBundle(encoded: try #require(log.files[tile.path]), of: tile).entries
        entries.swapAt(3, 4)
        changed.files[tile.path] = try EntryBundle(entries).encoded()
        changed.files["tile/0/000"] = entries.flatMap { TreeHash.leaf($0).bytes }
        #expect(
            try await fault(changed, head)
                == "The entry at position 4 is not the header of a record there; it stands in tile/entries/000.")
    }

    @Test("an address to listen on has a host and a port")
    func addresses() {
        #expect(WitnessCommand.address("127.0.0.1:8100").map { "\($0.host) \($0.port)" } == "127.0.0.1 8100")
        #expect(WitnessCommand.address("[::1]:0").map { "\($0.host) \($0.port)" } == "::1 0")
        for text in ["", "8100", ":8100", "::1:80", "host:", "host:x", "host:65536", "host:-1", "host:+1"] {
            #expect(WitnessCommand.address(text) == nil, "\(text)")
        }
    }

    @Test("keys are given as text or in a file, all of one log")
    func keys() throws {
        let directory = try TemporaryDirectory()
        defer { withExtendedLifetime(directory) {} }
        func key(_ name: String) throws -> VerifierKey { try SigningKey(try #require(KeyName(name))).verifier }
        let (one, two, other) = (try key("a.example/1"), try key("a.example/1"), try key("b.example/1"))
        let file = directory.path + "/log.key"
        try Data("# the key of our log\n\(one)\n\n\(two)\n".utf8).write(to: URL(filePath: file))
        #expect(try TrustedKeys.parse([file]) == [one, two])
        #expect(try TrustedKeys.parse([one.description]) == [one])
        #expect(throws: CommandFailure.self) { try TrustedKeys.parse([one.description, other.description]) }
        #expect(throws: CommandFailure.self) { try TrustedKeys.parse(["log.key"]) }
    }

    @Test("a finding that is wrong makes the whole wrong")
    func report() async throws {
        var told: [String] = []
        var report = AuditReport { told.append($0.text) }
        #expect(try await report.check("one") { "It is right." })
        #expect(report.isProved)
        #expect(try await report.check("two") { throw AuditFault("It is wrong.") } == false)
        report.add("three", .skipped, "It was left out.")
        #expect(!report.isProved && told == ["It is right.", "It is wrong.", "It was left out."])
        #expect(report.findings.map(\.outcome) == [.proved, .wrong, .skipped])
    }
}

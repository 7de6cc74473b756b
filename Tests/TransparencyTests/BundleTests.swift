import Foundation
import TestSupport
import Testing
import Transparency

/// Bundles that `tools/audit/make_fixtures.py` has made, with no code of this module; the verifier in Python is tested
/// by the same cases and has to say the same words.
@Suite("Bundles of records with their proofs")
struct BundleTests {
    static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Bundles")

    /// A change of the sound bundle, and the words of the refusal; nil when it is still sound.
    struct Case: Decodable {
        struct Head: Decodable {
            let size: UInt64
            let root: String
        }
        let name: String
        let message: String?
        /// The new contents in base64; nil when the file is not there.
        let files: [String: String?]
        let key: String?
        let remembered: Head?
    }

    /// The log of the fixtures.
    struct Log: Decodable {
        struct Record: Decodable {
            let header: String
            let salt: String
            let payload: String
        }
        let origin: String
        let secret: String
        let remembered: Int
        let positions: [Int]
        let redacted: [Int]
        /// The record that names two blobs: the bytes of one, in hexadecimal digits, and the digest of the other.
        let naming: UInt64
        let included: String
        let absent: String
        let records: [Record]
    }

    private static func read<Value: Decodable>(_ name: String, as type: Value.Type) throws -> Value {
        try JSONDecoder().decode(type, from: Data(contentsOf: folder.appendingPathComponent(name)))
    }

    private static func good() throws -> [String: [UInt8]] {
        try BundleArchive.files(at: folder.appendingPathComponent("good").path)
    }

    private static func bytes(hex: String) throws -> [UInt8] {
        try stride(from: 0, to: hex.utf8.count, by: 2).map {
            try #require(UInt8(hex.dropFirst($0).prefix(2), radix: 16))
        }
    }

    /// The message with which the bundle of `files` is refused; nil when everything is proven.
    private func refusal(
        _ files: [String: [UInt8]], key: VerifierKey? = nil, remembered: TreeHead? = nil
    ) -> String? {
        do throws(BundleError) {
            _ = try AuditBundle(files: files).verify(trusted: key, remembered: remembered)
            return nil
        } catch {
            return error.description
        }
    }

    @Test("what was changed is refused, in the words of the case")
    func cases() throws {
        let good = try Self.good()
        let cases = try Self.read("cases.json", as: [Case].self)
        #expect(cases.count > 80)
        for one in cases {
            var files = good
            for (path, text) in one.files {
                files[path] = try text.map { Array(try #require(Data(base64Encoded: $0))) }
            }
            let key = try one.key.map { try VerifierKey($0) }
            let remembered = try one.remembered.map {
                TreeHead(size: $0.size, root: try #require(TreeHash(hex: $0.root)))
            }
            #expect(refusal(files, key: key, remembered: remembered) == one.message, "\(one.name)")
        }
    }

    @Test("a sound bundle says what it has proven")
    func report() throws {
        let report = try AuditBundle(files: try Self.good()).verify()
        #expect(report.origin == "tracker.example/log" && report.head.size == 12 && report.continued?.size == 5)
        #expect(report.events.map(\.header.position) == [3, 7, 8, 12])
        let payloads = report.events.map { $0.payload.map { String(decoding: $0, as: UTF8.self) } }
        #expect(payloads.dropLast() == ["payload of record 3", "payload of record 7", nil])
        #expect(payloads.last??.hasPrefix("payload of record 12 names sha256:") == true)
        #expect(report.blobs.map { $0.content.map { String(decoding: $0, as: UTF8.self) } }.contains(nil))
        #expect(report.blobs.contains { $0.content == Array("the bytes of a checkpoint".utf8) })
        #expect(report.blobs.map(\.position) == [12, 12])
        let header = try #require(report.events.first).header
        #expect(header.stream == "session/sess_demo" && header.type == "epoch_completed")
        #expect(header.recordedAt == 1_700_000_003_000_000 && header.payloadByteCount == 19)
        #expect(report.events.map(\.header.originallyRecordedAt) == [nil, 1_600_000_000_000_000, nil, nil])
    }

    @Test("no bit of any file but the manifest can be changed without notice")
    func flippedBits() throws {
        let good = try Self.good()
        for (path, bytes) in good where path != "manifest.json" {
            for place in bytes.indices {
                var files = good
                files[path]?[place] ^= 4
                #expect(refusal(files) != nil, "\(path) at \(place)")
            }
        }
    }

    @Test("the bundle that is made here is the one that the script made")
    func making() throws {
        let log = try Self.read("log.json", as: Log.self)
        let headers = try log.records.map { try Self.bytes(hex: $0.header) }
        let tree = StoredTree(headers.map { .leaf($0) })
        let key = try SigningKey(log.secret)
        func treeHead(_ size: Int) throws -> Note {
            try SignedTreeHead(tree.head(size), of: log.origin, signedWith: key).note
        }
        let events = try log.positions.map { position in
            let record = log.records[position - 1]
            let content = AuditBundle.Content(
                salt: try Self.bytes(hex: record.salt), payload: try Self.bytes(hex: record.payload))
            return AuditBundle.Event(
                position: UInt64(position), header: headers[position - 1],
                content: log.redacted.contains(position) ? nil : content,
                proof: try tree.inclusion(of: position - 1, in: headers.count).hashes)
        }
        let included = try Self.bytes(hex: log.included)
        let blobs = [
            AuditBundle.Blob(
                digest: try #require(BlobDigest(log.absent)), position: log.naming, content: nil),
            AuditBundle.Blob(digest: BlobDigest(hashing: included), position: log.naming, content: included),
        ]
        let bundle = AuditBundle(
            origin: log.origin, key: key.verifier, treeHead: try treeHead(headers.count), events: events, blobs: blobs,
            continuation: AuditBundle.Continuation(
                from: try treeHead(log.remembered),
                proof: try tree.consistency(from: log.remembered, to: headers.count).hashes))
        let good = try Self.good()
        #expect(try AuditBundle(files: good) == bundle && AuditBundle(files: bundle.files) == bundle)
        // All files but the manifest, whose blanks may differ, to the byte.
        #expect(bundle.files.filter { $0.key != "manifest.json" } == good.filter { $0.key != "manifest.json" })
        #expect(refusal(bundle.files) == nil)
        try Golden.expect(try #require(bundle.files["manifest.json"]), named: "manifest.json")
    }

    @Test("a tar archive is read like the folder in it")
    func archives() throws {
        let path = Self.folder.appendingPathComponent("good.tar").path
        #expect(try BundleArchive.files(at: path) == Self.good())
        let bytes = try Array(Data(contentsOf: URL(fileURLWithPath: path)))
        for count in stride(from: 0, to: 512 * 8, by: 97) {
            #expect(throws: BundleError.self) { try BundleArchive.archive(Array(bytes.prefix(count))) }
        }
        for place in stride(from: 0, to: 512, by: 3) {
            var changed = bytes
            changed[place] ^= 1
            #expect(throws: BundleError.unreadable("the archive is damaged at byte 0.")) {
                try BundleArchive.archive(changed)
            }
        }
        #expect(throws: BundleError.self) { try BundleArchive.files(at: #filePath) }
        #expect(throws: BundleError.unreadable("there is nothing at \(path).none.")) {
            try BundleArchive.files(at: path + ".none")
        }
    }

    @Test("files that come by chance never pass", arguments: 0..<4 as Range<UInt64>)
    func noise(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let good = try Self.good()
        for _ in 0..<100 {
            var files = good
            let path = try #require(files.keys.sorted().randomElement(using: &random))
            let byteCount = Int.random(in: 0...300, using: &random)
            files[path] = (0..<byteCount).map { _ in UInt8.random(in: 0...255, using: &random) }
            #expect(refusal(files) != nil)
            #expect(throws: BundleError.self) { try BundleArchive.archive(files[path] ?? []) }
        }
    }
}

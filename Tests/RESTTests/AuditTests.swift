import API
import Application
import EventLog
import Foundation
import JSON
import Testing
import TrackerTesting
import Tracking
import Transparency

@Suite("The tree over the log, as it is served")
struct AuditTests {
    /// The tree head, once the log's own key has verified it.
    private func treeHead(_ api: TestAPI) async throws -> TreeHead {
        let answer = try await api.call(.getTreeHead).json
        let keys = try await api.call(.getPublicKeys).json
        let texts = keys["keys"]?.arrayValue?.compactMap { $0["verifier_key"]?.stringValue } ?? []
        let head = try SignedTreeHead(
            verifying: Array(try #require(answer["note"]?.stringValue).utf8),
            of: try #require(keys["origin"]?.stringValue), by: try texts.map { try VerifierKey($0) }
        ).head
        #expect(answer["size"] == .integer(Int64(head.size)))
        #expect(answer["root_hash"] == .string(head.root.hex))
        return head
    }

    private static func hashes(_ json: JSONValue?) throws -> [TreeHash] {
        try #require(json?.arrayValue).map { try #require(TreeHash(hex: $0.stringValue ?? "")) }
    }

    /// A log of some hundred records.
    private func fill(_ api: TestAPI) async throws -> String {
        let session = try await api.create("first")
        for number in 0..<300 { try await api.call(.updateSession, session, body: ["notes": .string("\(number)")]) }
        return session
    }

    @Test("every record is proven to be in the tree head, and the tree head to continue each earlier size")
    func proofs() async throws {
        try await TestAPI.run { api in
            _ = try await fill(api)
            let head = try await treeHead(api)
            #expect(head.size == api.head)
            for position in stride(from: UInt64(1), through: head.size, by: 23) {
                let json = try await api.call(
                    .getInclusionProof, query: "position=\(position)&size=\(head.size)"
                ).json
                let proof = InclusionProof(
                    index: position - 1, size: head.size, hashes: try Self.hashes(json["hashes"]))
                try proof.verify(try #require(TreeHash(hex: json["leaf_hash"]?.stringValue ?? "")), in: head)
            }
            for size in [UInt64(1), 2, 255, 256, 257, head.size] {
                let json = try await api.call(.getConsistencyProof, query: "from=\(size)").json
                #expect(json["to"] == .integer(Int64(head.size)))
                let old = TreeHead(
                    size: size,
                    root: try await api.tracker.tracker.audit.projection.read { try $0.root(ofTreeOf: size) })
                try ConsistencyProof(from: size, to: head.size, hashes: try Self.hashes(json["hashes"])).verify(
                    from: old, to: head)
            }
        }
    }

    @Test("a session's records are proven page by page, with payloads that have the digests of their headers")
    func session() async throws {
        try await TestAPI.run { api in
            let session = try await fill(api)
            let (other, _) = try await api.running("other", epochs: 1)
            _ = other
            var (count, after, size) = (0, UInt64(0), UInt64(0))
            var head: TreeHead?
            while true {
                let query = "payloads=true&limit=97&after=\(after)" + (head == nil ? "" : "&size=\(size)")
                let page = try await api.call(.getSessionProofs, session, query: query).json
                if head == nil {
                    head = try SignedTreeHead(Note(Array(#require(page["tree_head"]?["note"]?.stringValue).utf8))).head
                    size = try #require(head).size
                } else {
                    #expect(page["tree_head"] == nil)
                }
                for event in try #require(page["events"]?.arrayValue) {
                    count += 1
                    let header = Array(try #require(Data(base64Encoded: event["header"]?.stringValue ?? "")))
                    let salt = try #require(Data(base64Encoded: event["salt"]?.stringValue ?? ""))
                    let payload = try #require(Data(base64Encoded: event["payload"]?.stringValue ?? ""))
                    let digest = Digest(hashing: Array(salt + payload)).description
                    #expect(digest == "sha256:" + (event["payload_digest"]?.stringValue ?? ""))
                    let read = try #require(BundledHeader(header))
                    #expect(read.stream == "session/\(session)")
                    #expect(event["position"] == .integer(Int64(read.position)))
                    let proof = InclusionProof(
                        index: read.position - 1, size: size, hashes: try Self.hashes(event["inclusion"]?["hashes"]))
                    try proof.verify(.leaf(header), in: try #require(head))
                }
                guard let next = page["next_after"]?.integerValue else { break }
                after = UInt64(next)
            }
            let stream = try #require(Session.ID(session)).stream
            #expect(UInt64(count) == (try await api.tracker.store.version(of: stream)).rawValue)
            #expect(count > 300)
            let none = try await api.call(.getSessionProofs, session, query: "size=0").json
            #expect(none["events"] == [])
        }
    }

    @Test("the tree is read from its tiles, and the records from the bundles beside them")
    func tiles() async throws {
        try await TestAPI.run { api in
            _ = try await fill(api)
            let head = try await treeHead(api)
            var frontier = Frontier()
            for tile in Tile.bundles(ofTreeOf: head.size) {
                let answer = try await api.call(.getLogTile, String(tile.path.dropFirst(5)))
                #expect(answer["Content-Type"] == "application/octet-stream")
                #expect(answer["Cache-Control"]?.contains("immutable") == true)
                for entry in try EntryBundle(encoded: answer.bytes, of: tile).entries { frontier.append(.leaf(entry)) }
            }
            #expect(frontier.head == head)
            var source = ServedTiles()
            for tile in Tile.tiles(ofTreeOf: head.size) {
                source.tiles[tile] = try await api.call(.getLogTile, String(tile.path.dropFirst(5))).bytes
            }
            let proof = try InclusionProof(of: 5, inTreeOf: head.size, from: TiledHashReader(head, source: source))
            let leaf = try await api.tracker.store.leafRecords(at: [LogPosition(6)])[0].leaf
            try proof.verify(leaf, in: head)
            let checkpoint = try await api.call(.getLogCheckpoint)
            #expect(checkpoint["Content-Type"]?.hasPrefix("text/plain") == true)
            #expect(try SignedTreeHead(Note(checkpoint.bytes)).head == head)
        }
    }

    /// Tiles that were fetched before.
    private struct ServedTiles: TileSource {
        var tiles: [Tile: [UInt8]] = [:]

        func bytes(of wanted: [Tile]) throws -> [[UInt8]] { try wanted.map { try #require(tiles[$0]) } }
    }

    @Test("sizes, positions and tiles that there are not are refused by name")
    func refusals() async throws {
        try await TestAPI.run { api in
            let session = try await api.create("first")
            let size = try await treeHead(api).size
            func refused(_ operation: API.Operation, _ query: String, _ field: String) async throws {
                let answer = try await api.refused(
                    operation, [], TestAPI.Parts(query: query), 422, "invalid_field", field: field)
                if query.contains("999") { #expect(answer.text.contains("\(size)")) }
            }
            try await refused(.getInclusionProof, "", "position")
            try await refused(.getInclusionProof, "position=0", "position")
            try await refused(.getInclusionProof, "position=999", "position")
            try await refused(.getInclusionProof, "position=1&size=999", "size")
            try await refused(.getInclusionProof, "position=1&size=0", "size")
            try await refused(.getConsistencyProof, "", "from")
            try await refused(.getConsistencyProof, "from=999", "from")
            try await refused(.getConsistencyProof, "from=1&to=999", "to")
            try await refused(.getConsistencyProof, "from=-1", "from")
            try await api.refused(
                .getSessionProofs, [session], TestAPI.Parts(query: "size=999"), 422, "invalid_field", field: "size")
            for path in ["0", "0/0", "0/x000/000", "9/000", "0/000.p/0", "0/000.p/256", "entries", "x/y"] {
                try await api.refused(
                    .getLogTile, [path], TestAPI.Parts(), 422, "invalid_field", field: "path")
            }
            for path in ["0/000", "0/001", "1/000.p/1", "entries/000", "2/x001/234"] {
                try await api.refused(.getLogTile, [path], TestAPI.Parts(), 404, "not_found")
            }
        }
    }

    @Test("keys are rotated once for one key of idempotency, and their secrets are never told")
    func rotation() async throws {
        try await TestAPI.run { api in
            let headers = ["Idempotency-Key": "rotate-1"]
            let first = try await api.call(.rotateLogKey, body: ["overlap_days": 2], headers: headers)
            let second = try await api.call(.rotateLogKey, body: ["overlap_days": 2], headers: headers)
            #expect(first.json == second.json)
            #expect(first["X-Log-Position"] == second["X-Log-Position"])
            let keys = try #require(first.json["keys"]?.arrayValue)
            #expect(keys.map { $0["status"] } == ["signing", "signing"])
            #expect(keys[0]["signs_until"] == nil)
            #expect(keys[1]["signs_until"]?.stringValue?.hasPrefix("2023-11-16") == true)
            for answer in [first, try await api.call(.getPublicKeys), try await api.call(.getDetailedHealth)] {
                #expect(!answer.text.contains("PRIVATE"))
            }
            _ = try await treeHead(api)
            let last = try await api.call(.rotateLogKey, body: ["overlap_days": 0]).json["keys"]?.arrayValue
            #expect(last?.map { $0["status"] } == ["signing", "retired", "retired"])
            let note = try Note(Array(try #require(try await api.call(.getTreeHead).json["note"]?.stringValue).utf8))
            #expect(note.signatures.count == 1)
        }
    }
}

import API
import EventLog
import JSON
import Testing
import TrackerTesting
import Transparency

/// Retention rules over HTTP, and what they leave of a session and of the proofs.
@Suite("Retention rules over HTTP")
struct RetentionTests {
    private static let day = Duration.seconds(86_400)

    /// A completed session that logged a line.
    private func completed(_ api: TestAPI, _ name: String) async throws -> String {
        let (session, token) = try await api.running(name, epochs: 1)
        try await api.call(
            .reportLogs, session, body: ["attempt": 1, "lines": [["text": "a secret"]]], token: token)
        try await api.complete(1, of: session, token)
        try await api.call(.finishAttempt, session, body: ["attempt": 1, "outcome": "completed"], token: token)
        return session
    }

    private func texts(_ api: TestAPI, _ session: String) async throws -> [JSONValue] {
        try await api.call(.getLogs, session).json["lines"]?.arrayValue?.compactMap { $0["text"] } ?? []
    }

    @Test("a rule is set, shown, changed and deleted, and setting it to what it is changes nothing")
    func rules() async throws {
        try await TestAPI.run { api in
            let body: JSONValue = ["status": "archived", "after_days": 90, "redact": ["logs", "host_readings"]]
            let set = try await api.call(.setRetentionRule, "old", body: body)
            #expect(set.json["redact"] == ["host_readings", "logs"] && set.json["actor"] == "api")
            let head = api.head
            #expect(try await api.call(.setRetentionRule, "old", body: body).json == set.json)
            #expect(api.head == head)
            try await api.call(
                .setRetentionRule, "old",
                body: ["status": "ended", "after_days": 30, "keep_best_checkpoints": 2, "filter": "tags = a"])
            let now = try await api.call(.listRetentionRules).json
            #expect(now["total"] == 1 && now["rules"]?.arrayValue?.first?["keep_best_checkpoints"] == 2)
            let then = try await api.call(.listRetentionRules, query: "as_of=\(head)").json
            #expect(then["rules"]?.arrayValue?.first?["after_days"] == 90)
            let gone = try await api.call(.deleteRetentionRule, "old")
            #expect(gone.json["message"]?.stringValue?.contains("was deleted") == true)
            try await api.refused(.deleteRetentionRule, ["old"], TestAPI.Parts(), 404, "not_found")
        }
    }

    @Test("what makes no rule is refused by the name of its field")
    func refusals() async throws {
        try await TestAPI.run { api in
            let wrong: [(String, String, String)] = [
                ("-", #"{"status": "ended", "after_days": 1, "redact": ["logs"]}"#, "name"),
                ("a", #"{"status": "running", "after_days": 1, "redact": ["logs"]}"#, "status"),
                ("a", #"{"status": "ended", "redact": ["logs"]}"#, "after_days"),
                ("a", #"{"status": "ended", "after_days": 40000, "redact": ["logs"]}"#, "after_days"),
                ("a", #"{"status": "ended", "after_days": 1, "redact": ["metrics"]}"#, "redact[0]"),
                ("a", #"{"status": "ended", "after_days": 1, "redact": []}"#, "redact"),
                ("a", #"{"status": "ended", "after_days": 1}"#, "redact"),
                ("a", #"{"status": "ended", "after_days": 1, "keep_best_checkpoints": 0}"#, "keep_best_checkpoints"),
                ("a", #"{"status": "ended", "after_days": 1, "redact": ["logs"], "filter": "x"}"#, "filter"),
                ("a", #"{"status": "ended", "after_days": 1, "redact": ["logs"], "days": 1}"#, "days"),
            ]
            for (name, body, field) in wrong {
                try await api.refused(
                    .setRetentionRule, [name], TestAPI.Parts(body: Array(body.utf8), type: "application/json"), 422,
                    "invalid_field", field: field)
            }
            for operation in [API.Operation.previewRetention, .runRetention] {
                try await api.refused(
                    operation, [], TestAPI.Parts(query: "limit=0"), 422, "invalid_field", field: "limit")
            }
            #expect(try await api.call(.listRetentionRules).json["rules"] == [])
        }
    }

    @Test("a run takes what the preview says, page by page, and every proof holds after it")
    func runs() async throws {
        try await TestAPI.run { api in
            let (first, second) = (try await completed(api, "first"), try await completed(api, "second"))
            try await api.call(
                .setRetentionRule, "old", body: ["status": "ended", "after_days": 30, "redact": ["logs"]])
            #expect(try await api.call(.previewRetention).json["record_count"] == 0)
            api.tracker.clock.advance(by: Self.day * 30)
            let planned = try await api.call(.previewRetention).json
            #expect(planned["dry_run"] == true && planned["record_count"] == 2)
            #expect(planned["sessions"]?.arrayValue?.map { $0["session_id"] } == [.string(first), .string(second)])
            #expect(try await texts(api, first) == ["a secret"])

            let old = try await api.call(.getTreeHead).json
            let size = try #require(old["size"]?.integerValue)
            let page = try await api.call(.runRetention, query: "limit=1").json
            #expect(page["record_count"] == 1 && page["has_more"] == true && page["dry_run"] == false)
            let rest = try await api.call(.runRetention).json
            #expect(rest["record_count"] == 1 && rest["has_more"] == false)
            for session in [first, second] { #expect(try await texts(api, session) == [""]) }
            #expect(try await api.call(.runRetention).json["sessions"] == [])

            let new = try await api.call(.getTreeHead).json
            let head = TreeHead(
                size: UInt64(try #require(new["size"]?.integerValue)),
                root: try #require(TreeHash(hex: new["root_hash"]?.stringValue ?? "")))
            let proof = try await api.call(.getConsistencyProof, query: "from=\(size)&to=\(head.size)").json
            try ConsistencyProof(from: UInt64(size), to: head.size, hashes: try Self.hashes(proof)).verify(
                from: TreeHead(
                    size: UInt64(size), root: try #require(TreeHash(hex: old["root_hash"]?.stringValue ?? ""))),
                to: head)
            for position in 1...head.size {
                let json = try await api.call(
                    .getInclusionProof, query: "position=\(position)&size=\(head.size)"
                ).json
                try InclusionProof(index: position - 1, size: head.size, hashes: try Self.hashes(json)).verify(
                    try #require(TreeHash(hex: json["leaf_hash"]?.stringValue ?? "")), in: head)
            }
        }
    }

    @Test("the health of the server tells what the rules could not do")
    func health() async throws {
        try await TestAPI.run { api in
            _ = try await completed(api, "first")
            try await api.call(
                .setRetentionRule, "old", body: ["status": "ended", "after_days": 0, "redact": ["logs"]])
            api.tracker.store.failNextAppend(with: .noRoom(details: "a test"))
            try await api.refused(.runRetention, [], TestAPI.Parts(), 507, "insufficient_storage")
            let stopped = try await api.call(.getDetailedHealth).json["components"]?["retention"]
            #expect(stopped?["status"] == "degraded")
            #expect(stopped?["message"]?.stringValue?.hasPrefix("The retention rule old could not be applied") == true)
            try await api.call(.runRetention)
            let healthy = try await api.call(.getDetailedHealth).json["components"]?["retention"]
            #expect(healthy?["status"] == "healthy" && healthy?["redacted_records"] == 1)
        }
    }

    private static func hashes(_ json: JSONValue) throws -> [TreeHash] {
        try #require(json["hashes"]?.arrayValue).map { try #require(TreeHash(hex: $0.stringValue ?? "")) }
    }
}

import API
import JSON
import Testing

/// Models and their aliases over HTTP: what moves them, what they protect, and what they tell of the past.
@Suite("Models")
struct ModelTests {
    private static func body(_ body: JSONValue) -> TestAPI.Parts {
        TestAPI.Parts(body: body.encoded(), type: "application/json")
    }

    /// A stopped session with two checkpoints of an attempt.
    private func trained(
        _ api: TestAPI, _ name: String = "trained"
    ) async throws -> (session: String, first: String, second: String) {
        let (session, token) = try await api.running(name)
        var ids: [String] = []
        for epoch in [1, 2] {
            try await api.complete(Int64(epoch), of: session, token)
            let saved = try await api.upload(
                .uploadCheckpoint, query: "session_id=\(session)&epoch=\(epoch)&step=\(epoch * 10)&attempt=1",
                text: "\(name) \(epoch)", token: token)
            ids.append(try #require(saved.json["checkpoint_id"]?.stringValue))
        }
        try await api.call(
            .finishAttempt, session, body: ["attempt": 1, "outcome": "stopped", "step": 20], token: token)
        return (session, ids[0], ids[1])
    }

    @Test("an alias moves only from where it is expected to be, and a refusal names where it is")
    func expectations() async throws {
        try await TestAPI.run { api in
            let (session, first, second) = try await trained(api)
            let alias = ["detector", "production"]
            let missing = try await api.refused(
                .setModelAlias, alias,
                Self.body([
                    "checkpoint_id": .string(first), "reason": "a", "expected_checkpoint_id": .string(second),
                ]), 409, "alias_moved")
            #expect(missing.json["error"]?["details"]?["checkpoint_id"] == nil)
            let set = try await api.call(
                .setModelAlias, "detector", "production",
                body: ["checkpoint_id": .string(first), "reason": "first", "expected_checkpoint_id": nil])
            #expect(set.json["session_id"] == .string(session) && set.json["previous_checkpoint_id"] == nil)
            let head = api.head
            let again = try await api.call(
                .setModelAlias, "detector", "production",
                body: ["checkpoint_id": .string(first), "reason": "once more", "expected_checkpoint_id": nil])
            #expect(again.json["reason"] == "first")
            #expect(api.head == head, "nothing is recorded of what is so already")
            for expected in [JSONValue.null, .string("ckpt_none")] {
                let moved = try await api.refused(
                    .setModelAlias, alias,
                    Self.body([
                        "checkpoint_id": .string(second), "reason": "b", "expected_checkpoint_id": expected,
                    ]), 409, "alias_moved")
                #expect(moved.json["error"]?["details"]?["checkpoint_id"] == .string(first))
            }
            let moved = try await api.call(
                .setModelAlias, "detector", "production",
                body: ["checkpoint_id": .string(second), "reason": "b", "expected_checkpoint_id": .string(first)])
            #expect(moved.json["previous_checkpoint_id"] == .string(first))
            try await api.refused(
                .removeModelAlias, alias, TestAPI.Parts(query: "reason=c&expected_checkpoint_id=\(first)"), 409,
                "alias_moved")
            try await api.call(.removeModelAlias, "detector", "production", query: "reason=c")
            try await api.refused(.removeModelAlias, alias, TestAPI.Parts(query: "reason=c"), 404, "not_found")
            try await api.refused(.getModelAlias, alias, TestAPI.Parts(), 404, "not_found")
            let model = try await api.call(.getModel, "detector", query: "limit=2").json
            #expect(model["aliases"] == [] && model["total"] == 3)
            #expect(model["history"]?.arrayValue?.map { $0["action"] } == ["removed", "set"])
            let rest = try await api.call(.getModel, "detector", query: "limit=2&offset=2").json["history"]
            #expect(rest?.arrayValue?.map { $0["checkpoint_id"] } == [.string(first)])
        }
    }

    @Test("a checkpoint that an alias points at cannot be deleted, nor its session")
    func protection() async throws {
        try await TestAPI.run { api in
            let (session, first, second) = try await trained(api)
            try await api.call(
                .setModelAlias, "detector", "production", body: ["checkpoint_id": .string(first), "reason": "a"])
            let kept = try await api.refused(.deleteCheckpoint, [first], TestAPI.Parts(), 409, "checkpoint_aliased")
            #expect(kept.json["error"]?["details"]?["aliases"] == ["detector@production"])
            try await api.refused(
                .archiveSession, [session], TestAPI.Parts(query: "permanent=true"), 409, "checkpoint_aliased")
            #expect(try await api.call(.downloadCheckpoint, first, status: 200).text == "trained 1")
            try await api.call(
                .setModelAlias, "detector", "production", body: ["checkpoint_id": .string(second), "reason": "b"])
            try await api.call(.deleteCheckpoint, first)
            try await api.refused(
                .setModelAlias, ["detector", "staging"], Self.body(["checkpoint_id": .string(first), "reason": "c"]),
                404, "not_found")
            try await api.call(.removeModelAlias, "detector", "production", query: "reason=d")
            try await api.call(.archiveSession, session, query: "permanent=true")
        }
    }

    @Test("a past moment shows what was in use then")
    func past() async throws {
        try await TestAPI.run { api in
            let (_, first, second) = try await trained(api)
            let before = api.head
            try await api.call(
                .setModelAlias, "detector", "production", body: ["checkpoint_id": .string(first), "reason": "a"])
            let then = api.head
            try await api.call(
                .setModelAlias, "detector", "production", body: ["checkpoint_id": .string(second), "reason": "b"])
            try await api.call(
                .setModelAlias, "other", "latest", body: ["checkpoint_id": .string(second), "reason": "c"])
            let shown = try await api.call(.getModelAlias, "detector", "production", query: "as_of=\(then)")
            #expect(shown.json["checkpoint_id"] == .string(first))
            #expect(shown["X-As-Of-Position"] == String(then))
            #expect(try await api.call(.listModels, query: "as_of=\(then)").json["total"] == 1)
            #expect(
                try await api.call(.listModels, query: "limit=1&offset=1").json["models"]?.arrayValue?.first?["name"]
                    == "other")
            #expect(try await api.call(.getModel, "detector", query: "as_of=\(then)").json["total"] == 1)
            let steps =
                try await api.call(
                    .getModelLineage, "detector", "production", query: "as_of=\(then)"
                ).json["steps"]?.arrayValue ?? []
            #expect(steps.dropFirst().first?["facts"]?["checkpoint_id"] == .string(first))
            try await api.refused(
                .getModelAlias, ["detector", "production"], TestAPI.Parts(query: "as_of=\(before)"), 404, "not_found")
        }
    }

    @Test("names that are none, missing reasons and leases are refused")
    func refusals() async throws {
        try await TestAPI.run { api in
            let (_, first, _) = try await trained(api)
            let target = Self.body(["checkpoint_id": .string(first), "reason": "a"])
            try await api.refused(.setModelAlias, [".a", "b"], target, 422, "invalid_field", field: "name")
            try await api.refused(.setModelAlias, ["a", "b c"], target, 422, "invalid_field", field: "alias")
            try await api.refused(
                .setModelAlias, ["a", "b"], Self.body(["checkpoint_id": .string(first)]), 422, "invalid_field",
                field: "reason")
            try await api.refused(
                .removeModelAlias, ["a", "b"], TestAPI.Parts(), 422, "invalid_field", field: "reason")
            try await api.refused(.getModel, ["a"], TestAPI.Parts(), 404, "not_found")
            var leased = target
            leased.token = try await api.running("other").token
            try await api.refused(.setModelAlias, ["a", "b"], leased, 403, "lease_not_allowed")
            #expect(try await api.call(.listModels).json["total"] == 0)
        }
    }

    @Test("a command that is sent again is answered as the first time, whatever has come since")
    func repeats() async throws {
        try await TestAPI.run { api in
            let (_, first, second) = try await trained(api)
            let key = ["Idempotency-Key": "promotion-1"]
            let body: JSONValue = ["checkpoint_id": .string(first), "reason": "a"]
            let once = try await api.call(.setModelAlias, "detector", "production", body: body, headers: key)
            try await api.call(
                .setModelAlias, "detector", "production", body: ["checkpoint_id": .string(second), "reason": "b"])
            try await api.call(.deleteCheckpoint, first)
            let head = api.head
            let again = try await api.call(.setModelAlias, "detector", "production", body: body, headers: key)
            #expect(again.json["checkpoint_id"] == .string(first))
            #expect(again.json["position"] == once.json["position"])
            #expect(api.head == head)
        }
    }

    @Test("a lineage goes back over the checkpoints that were continued, and says what is not known")
    func lineage() async throws {
        try await TestAPI.run { api in
            let (session, token) = try await api.running("base", by: "synthetic")
            try await api.call(
                .reportProvenance, session,
                body: [
                    "facts": ["git_commit": "5f2c1e0", "git_repository": "/home/ada/net", "data_digest": "sha256:1f"]
                ])
            let saved = try await api.upload(
                .uploadCheckpoint, query: "session_id=\(session)&epoch=1&step=10&attempt=1", text: "weights",
                token: token)
            let base = try #require(saved.json["checkpoint_id"])
            let child = try await api.call(
                .createSession,
                body: [
                    "config": ["trainer": ["kind": "synthetic"], "train": ["epochs": 3]], "session_name": "child",
                    "checkpoint_id": base,
                ])
            let childID = try #require(child.json["session_id"]?.stringValue)
            let uploaded = try await api.upload(
                .uploadCheckpoint, query: "session_id=\(childID)&epoch=2", text: "tuned")
            let tuned = try #require(uploaded.json["checkpoint_id"])
            try await api.call(
                .setModelAlias, "detector", "production", body: ["checkpoint_id": tuned, "reason": "tuned"])
            let lineage = try await api.call(.getModelLineage, "detector", "production").json
            let steps = lineage["steps"]?.arrayValue ?? []
            #expect(
                steps.map { "\($0["depth"]?.integerValue ?? -1) \($0["kind"]?.stringValue ?? "")" } == [
                    "0 alias", "0 checkpoint", "0 session", "0 configuration", "0 code", "0 data", "0 parent",
                    "1 checkpoint", "1 session", "1 configuration", "1 code", "1 data", "1 parent",
                ])
            #expect(steps[4]["missing"] == true && steps[4]["summary"] == "No commit was recorded.")
            #expect(steps[6]["facts"]?["checkpoint_id"] == base)
            #expect(steps[7]["facts"]?["checkpoint_id"] == base)
            #expect(steps[7]["session_id"] == .string(session))
            #expect(steps[10]["facts"]?["git_commit"] == "5f2c1e0")
            #expect(steps[10]["event"] == "session.provenance_recorded")
            #expect(steps[11]["facts"]?["data_digest"] == "sha256:1f")
            #expect(steps[12]["summary"] == "It continues no other checkpoint.")
            #expect(lineage["complete"] == true)
        }
    }
}

import API
import JSON
import Testing

/// Sessions that are checked before they are created.
@Suite("The check of a session")
struct SessionCheckTests {
    private static let text = "trainer: {kind: synthetic}\ntrain:\n  epochs: 3\n  num_workers: 1\n"

    @Test("what a check says is what the session then has, and nothing is written")
    func same() async throws {
        try await TestAPI.run { api in
            let request: JSONValue = ["config_text": .string(Self.text), "overrides": ["train.seed": 7]]
            let before = api.head
            let check = try await api.call(.checkSession, body: request).json
            #expect(api.head == before)
            #expect(check["valid"] == true && check["problems"] == [])
            let session = try await api.call(.createSession, body: request).json
            for name in [
                "config", "config_digest", "session_name", "trainer", "total_epochs", "monitor", "monitor_mode",
            ] {
                #expect(check[name] == session[name], "\(name)")
            }
            #expect(check["config"]?["train"]?["seed"] == 7)
            let warnings = check["warnings"]?.arrayValue ?? []
            #expect(warnings.count == session["warnings"]?.arrayValue?.count)
            #expect(warnings.first?["field"] == "train.num_workers" && warnings.first?["line"] == 4)
        }
    }

    @Test("all problems are told at once, those of a text with their lines")
    func problems() async throws {
        try await TestAPI.run { api in
            let check = try await api.call(
                .checkSession,
                body: [
                    "config_text": "trainer: {kind: synthetic}\ntrain:\n  epochs: 0\n  seed: -1\n",
                    "checkpoint_id": "ckpt_none",
                ]
            ).json
            #expect(check["valid"] == false && check["config"] == nil)
            let problems = check["problems"]?.arrayValue ?? []
            #expect(problems.map { $0["field"] } == ["train.epochs", "train.seed", "checkpoint_id"])
            #expect(problems.map { $0["line"] } == [3, 4, nil])
            #expect(problems.map { $0["code"] } == ["invalid_field", "invalid_field", "not_found"])
            let unreadable = try await api.call(.checkSession, body: ["config_text": "train:\n\tepochs: 1\n"]).json
            #expect(unreadable["problems"]?.arrayValue?.first?["line"] == 2)
        }
    }

    @Test("a check finds a problem where the creation is refused, in the same words")
    func refusals() async throws {
        try await TestAPI.run { api in
            let (other, _) = try await api.running("other")
            let opaque = try await api.upload(
                .uploadCheckpoint, query: "session_id=\(other)&epoch=1&step=10", text: "weights")
            let checkpoint = try #require(opaque.json["checkpoint_id"])
            let good: JSONValue = ["trainer": ["kind": "synthetic"]]
            let requests: [JSONValue] = [
                [:], ["config": good, "config_text": "a: 1"], ["config_path": "configs/none.yaml"],
                ["config_path": "/etc/passwd"], ["config": ["train": ["epochs": "many"]]],
                ["config": good, "overrides": ["train..epochs": 1]], ["config": good, "parent": "sess_none"],
                ["config": good, "checkpoint_id": checkpoint], ["config": good, "name": "a", "session_name": "b"],
                ["config": ["trainer": ["kind": "command", "command": ["/no/such/program"]]]],
            ]
            for request in requests {
                let refusal = try await api.ask(
                    "POST", API.Operation.createSession.target(),
                    TestAPI.Parts(body: request.encoded(), type: "application/json"))
                #expect((400..<500).contains(refusal.status), "\(request)")
                let check = try await api.call(.checkSession, body: request).json
                #expect(check["valid"] == false, "\(request)")
                let first = check["problems"]?.arrayValue?.first
                #expect(first?["code"] == refusal.json["error"]?["code"], "\(request)")
                let message = refusal.json["error"]?["message"]?.stringValue ?? ""
                #expect(message.split(separator: "\n").first.map(String.init) == first?["message"]?.stringValue)
                if let field = refusal.field { #expect(first?["field"] == .string(field), "\(request)") }
            }
            try await api.refused(
                .checkSession, [], TestAPI.Parts(body: Array(#"{"conf":{}}"#.utf8), type: "application/json"), 422,
                "invalid_field", field: "conf")
        }
    }
}

import API
import Foundation
import HTTPTypes
import JSON
import Testing
import Tracking

/// The fields that clients read and send that were written for other servers of this API, beside our own.
@Suite("Clients of other servers of this API")
struct OtherClientsTests {
    @Test("health tells its time, the machine's load, and the parts by the names that such clients know")
    func health() async throws {
        try await TestAPI.run { api in
            let health = try await api.call(.getHealth).json
            #expect(health["timestamp"]?.stringValue.flatMap { Timestamp($0) } != nil)
            for name in ["cpu_percent", "memory_percent", "disk_percent"] {
                let percent = try #require(health["system"]?[name]?.doubleValue)
                #expect((0...100).contains(percent))
            }
            #expect(health["components"]?["database"]?["status"] == "healthy")
            #expect(health["components"]?["filesystem"]?["status"] == "healthy")
        }
    }

    @Test("resources tell each processor, and sizes in gigabytes")
    func resources() async throws {
        try await TestAPI.run { api in
            let resources = try await api.call(.getResources).json
            let processors = (resources["cpu"]?["per_cpu"]?.arrayValue ?? []).compactMap(\.doubleValue)
            #expect(processors.count >= 1 && processors.allSatisfy { (0...100).contains($0) })
            for part in ["memory", "disk"] {
                let (used, total) = (
                    resources[part]?["used_gb"]?.doubleValue, resources[part]?["total_gb"]?.doubleValue
                )
                #expect(total == resources[part]?["total_bytes"]?.doubleValue.map { $0 / 1e9 })
                #expect(used == resources[part]?["used_bytes"]?.doubleValue.map { $0 / 1e9 })
            }
        }
    }

    @Test("a session takes their names, has its settings at the top, and may be created from its own document again")
    func sessions() async throws {
        try await TestAPI.run { api in
            let config: JSONValue = [
                "trainer": ["kind": "synthetic"], "train": ["epochs": 3, "batch_size": 4, "learning_rate": 0.01],
            ]
            let created = try await api.call(
                .createSession,
                body: ["config": config, "experiment_name": "e", "description": "d", "session_name": "s"]
            ).json
            #expect(created["experiment"] == "e" && created["notes"] == "d")
            let shown = try #require(created["config"])
            #expect(shown["epochs"] == 3 && shown["batch_size"] == 4 && shown["learning_rate"] == 0.01)
            #expect(shown["train"]?["epochs"] == 3)
            let again = try await api.call(.createSession, body: ["config": shown, "session_name": "t"]).json
            #expect(again["config"] == shown)
            #expect(again["configuration_digest"] == created["configuration_digest"])
            for (name, other, value) in [("experiment_name", "experiment", "x"), ("description", "notes", "y")] {
                let body: JSONValue = ["config": config, "session_name": "u"]
                guard case .object(var object) = body else { return }
                object[name] = .string(value)
                object[other] = "z"
                try await api.refused(
                    .createSession, [],
                    TestAPI.Parts(body: JSONValue.object(object).encoded(), type: "application/json"), 422,
                    "invalid_field", field: name)
            }
        }
    }

    @Test("a stopped session tells when it stopped, and what is deleted says so")
    func messages() async throws {
        try await TestAPI.run { api in
            let (session, token) = try await api.running("stopped")
            #expect(try await api.call(.getSession, session).json["stopped_at"] == nil)
            try await api.call(.finishAttempt, session, body: ["attempt": 1, "outcome": "stopped"], token: token)
            let shown = try await api.call(.getSession, session).json
            #expect(shown["stopped_at"] != nil && shown["stopped_at"] == shown["completed_at"])
            let saved = try await api.upload(
                .uploadCheckpoint,
                query: "session_id=\(session)&epoch=2&metric_name=val_loss&metric_value=0.5&is_best=true",
                text: "weights"
            ).json
            #expect(saved["metrics"] == ["val_loss": 0.5] && saved["metric_value"] == 0.5 && saved["is_best"] == true)
            #expect(saved["uploaded_at"] == saved["created_at"] && saved["file_path"] == saved["file_name"])
            let checkpoint = try #require(saved["checkpoint_id"]?.stringValue)
            #expect(
                try await api.call(.deleteCheckpoint, checkpoint).json["message"]?.stringValue?.contains(checkpoint)
                    == true)
            for (query, field) in [
                ("metric_name=a", "metric_value"), ("metric_value=1", "metric_name"), ("is_best=true", "is_best"),
                ("is_best=maybe", "is_best"), ("metric_name=a&metric_value=x", "metric_value"),
            ] {
                try await api.refused(
                    .uploadCheckpoint, [],
                    TestAPI.Parts(
                        query: "session_id=\(session)&epoch=2&\(query)", body: Array("weights".utf8),
                        type: "application/octet-stream"), 422,
                    "invalid_field", field: field)
            }
            #expect(
                try await api.call(.archiveSession, session).json["message"]
                    == .string("Session \(session) was archived."))
        }
    }

    @Test("a history without a name has all metrics, each on the axis where it has points")
    func histories() async throws {
        try await TestAPI.run { api in
            let (session, token) = try await api.running("histories")
            try await api.complete(1, of: session, token, loss: 0.5)
            try await api.complete(2, of: session, token, loss: "NaN")
            try await api.call(
                .reportMetrics, session,
                body: ["attempt": 1, "series": [["name": "grad", "steps": [1, 2], "values": [3, 4]]]], token: token)
            let all = try await api.call(.getMetricHistory, session).json
            #expect(all["metric_name"] == nil)
            #expect(all["metrics"]?.objectValue?.keys == ["grad", "learning_rate", "train_loss", "val_loss"])
            #expect(all["metrics"]?["val_loss"]?["epochs"] == [1, 2])
            #expect(all["metrics"]?["val_loss"]?["values"] == [0.5, "NaN"])
            #expect(all["metrics"]?["grad"]?["steps"] == [1, 2])
            let steps = try await api.call(.getMetricHistory, session, query: "axis=step").json
            #expect(steps["metrics"]?.objectValue?.keys == ["grad"])
        }
    }

    @Test("a refusal says what was expected")
    func expectations() async throws {
        try await TestAPI.run { api in
            let session = try await api.create()
            let answer = try await api.refused(
                .getMetricHistory, [session], TestAPI.Parts(query: "metric_name=a&max_points=1"), 422, "invalid_field")
            #expect(answer.json["error"]?["details"]?["expected"]?.stringValue?.contains("4") == true)
            let config: JSONValue = ["config": ["train": ["epochs": "many"]], "session_name": "x"]
            let refused = try await api.refused(
                .createSession, [], TestAPI.Parts(body: config.encoded(), type: "application/json"), 422,
                "invalid_field")
            #expect(
                refused.json["error"]?["details"]?["expected"]?.stringValue?.hasPrefix("an integer from 1") == true)
        }
    }
}

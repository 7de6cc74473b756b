import API
import JSON
import Testing

/// Sessions that only ever report by step, as most scripts do: everything that shows metrics shows theirs.
@Suite("Metrics by step alone")
struct StepMetricTests {
    private func stepping(_ api: TestAPI, loss: Double) async throws -> String {
        let (session, token) = try await api.running("loss \(loss)")
        try await api.call(
            .reportMetrics, session,
            body: [
                "attempt": 1,
                "series": [
                    ["name": "loss", "steps": [1, 2, 3], "values": [9, .number(loss), "NaN"]],
                    ["name": "val/loss", "steps": [3], "values": [.number(loss)]],
                ],
            ], token: token)
        return session
    }

    @Test("they are in documents, lists, filters, orders, graphs, histories and comparisons")
    func everywhere() async throws {
        try await TestAPI.run { api in
            let session = try await stepping(api, loss: 0.5)
            let other = try await stepping(api, loss: 0.25)
            let shown = try await api.call(.getSession, session).json
            #expect(shown["current_step"] == 3)
            #expect(shown["latest_metrics"] == ["val/loss": 0.5])
            #expect(shown["nonfinite_metrics"] == ["loss"])
            #expect(try await api.call(.getSessionStatus, session).json["latest_metrics"] == ["val/loss": 0.5])
            #expect(try await api.call(.getLatestMetrics, session).json["metrics"] == ["val/loss": 0.5])
            func listed(_ query: String) async throws -> [JSONValue?] {
                let list = try await api.call(.listSessions, query: query).json["sessions"]?.arrayValue
                return list?.map { $0["session_id"] } ?? []
            }
            #expect(try await listed("filter=metrics.%22val/loss%22%20%3C%200.3") == [.string(other)])
            #expect(try await listed("filter=metrics.loss.min%20%3E%3D%200.5") == [.string(session)])
            #expect(
                try await listed("filter=metrics.loss.count%20%3D%203&sort=metrics.loss.min").last == .string(session))
            #expect(try await listed("sort=-metrics.val/loss").first == .string(session))
            for axis in ["", "&axis=step"] {
                let history = try await api.call(.getMetricHistory, session, query: "metric_name=loss" + axis).json
                #expect(history["axis"] == "step" && history["steps"] == [1, 2, 3])
            }
            #expect(
                try await api.call(.getMetricHistory, session, query: "metric_name=loss&start_step=2").json["steps"]
                    == [2, 3])
            let graph = try await api.call(.getMetricGraph, "val/loss", session).json
            #expect(graph["x_label"] == "Step" && graph["series"]?.arrayValue?.first?["x"] == [3.0])
            let loss = try await api.call(.getLossGraph, session).json["series"]?.arrayValue?.last
            #expect(loss?["name"] == "loss" && loss?["y"] == [9.0, 0.5, "NaN"])
            let compared = try await api.call(.compareSessions, query: "sessions=\(session),\(other)").json
            let sections = compared["sections"]?.arrayValue ?? []
            #expect(sections.contains { $0["name"] == "metrics" })
            let records = try await api.call(.getSessionMetrics, session).json
            #expect(records["metrics"] == [])
            let position = shown["position"]?.integerValue ?? 0
            #expect(
                try await api.call(.getSession, session, query: "as_of=\(position)").json["latest_metrics"] == [:])
        }
    }

    @Test("the names of the metrics come with their numbers, by epoch and by step")
    func names() async throws {
        try await TestAPI.run { api in
            let (session, token) = try await api.running()
            try await api.call(
                .reportMetrics, session,
                body: ["attempt": 1, "series": [["name": "val_loss", "steps": [1, 2], "values": [4, "Infinity"]]]],
                token: token)
            try await api.complete(1, of: session, token, loss: 0.5)
            let names = try await api.call(.getMetricNames, session).json
            #expect(names["total"] == 3)
            let entry = names["metrics"]?.arrayValue?.first { $0["name"] == "val_loss" }
            #expect(entry?["latest"] == 0.5)
            #expect(
                entry?["steps"] == [
                    "count": 2, "first": 1, "last": 2, "first_value": 4.0, "last_value": "Infinity", "min": 4.0,
                    "min_at": 1, "max": 4.0, "max_at": 1, "nan_count": 0, "infinity_count": 1,
                ])
            #expect(entry?["epochs"]?["last"] == 1)
        }
    }
}

/// How far a session is.
@Suite("Progress")
struct ProgressTests {
    @Test("a session that stopped within an epoch is as far as it was when it is started again")
    func stoppedWithin() async throws {
        try await TestAPI.run { api in
            let session = try await api.create(epochs: 4)
            func attempt(_ number: Int64, epoch: Int64, step: Int64) async throws -> String {
                let claim = try await api.call(.claimAttempt, session, body: [:])
                let token = try #require(claim.json["token"]?.stringValue)
                try await api.call(
                    .reportAttemptStarted, session, String(number),
                    body: ["first_epoch": .integer(epoch), "first_step": .integer(step), "steps_per_epoch": 10],
                    token: token)
                return token
            }
            let token = try await attempt(1, epoch: 1, step: 1)
            try await api.complete(1, of: session, token)
            try await api.call(
                .reportProgress, session, body: ["attempt": 1, "epoch": 2, "step": 15, "fraction": 0.5], token: token)
            #expect(try await api.call(.getSession, session).json["progress"] == 0.375)
            try await api.call(
                .finishAttempt, session, body: ["attempt": 1, "outcome": "stopped", "epoch": 1, "step": 15],
                token: token)
            #expect(try await api.call(.getSession, session).json["progress"] == 0.375)
            _ = try await attempt(2, epoch: 2, step: 16)
            #expect(try await api.call(.getSession, session).json["progress"] == 0.375)
        }
    }
}

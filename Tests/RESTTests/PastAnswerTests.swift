import API
import JSON
import Testing
import TrackerTesting
import Tracking

/// Reads of past moments.
@Suite("As of a past moment")
struct PastAnswerTests {
    /// A question that is asked before and after.
    private struct Question {
        var operation: API.Operation
        var values: [String]
        var query: String

        init(_ operation: API.Operation, _ values: String..., query: String = "") {
            (self.operation, self.values, self.query) = (operation, values, query)
        }
    }

    private static func questions(
        _ first: String, _ second: String, checkpoint: String, rule: String, webhook: String
    ) -> [Question] {
        [
            Question(.listSessions), Question(.listSessions, query: "archived=include&sort=session_name"),
            Question(.listSessions, query: "tag=early&limit=1&offset=1"),
            Question(.listSessions, query: "status=running&sort=-metrics.val_loss&columns=metrics.val_loss.min,tags"),
            Question(.listSessions, query: "q=first&filter=metrics.val_loss%20%3E%200.4"),
            Question(.getSession, first), Question(.getSessionStatus, first), Question(.getLatestStatus),
            Question(.getSessionMetrics, first), Question(.getMetricRecords, first), Question(.getLatestMetrics, first),
            Question(.getMetricNames, first), Question(.getSessionEpochs, first),
            Question(.getMetricHistory, first, query: "metric_name=loss"), Question(.getMetricHistory, first),
            Question(.getMetricHistories, query: "session_ids=\(first),\(second)"),
            Question(.getMetricHistories, query: "filter=tags%20%3D%20early"),
            Question(.getLossGraph, first), Question(.getMetricGraph, "loss", first),
            Question(.exportSession, first, query: "format=csv"), Question(.getLogs, first),
            Question(.getHostReadings, first), Question(.listCheckpoints),
            Question(.listCheckpoints, query: "session_id=\(first)&sort=-created_at"),
            Question(.getCheckpoint, checkpoint), Question(.listArtifacts, first),
            Question(.compareSessions, query: "sessions=\(first),\(second)&all=true"), Question(.listAlertRules),
            Question(.getAlertRule, rule), Question(.listAlerts), Question(.listNotifications),
            Question(.listRetentionRules), Question(.listWebhooks), Question(.getWebhook, webhook),
            Question(.listDeliveries, webhook),
        ]
    }

    private static func answer(
        _ api: TestAPI, _ question: Question, asOf: String? = nil
    ) async throws -> TestAPI.Answer {
        let query = [question.query, asOf.map { "as_of=\($0)" } ?? ""].filter { !$0.isEmpty }.joined(separator: "&")
        let answer = try await api.ask(
            question.operation.method.rawValue, question.operation.target(question.values),
            TestAPI.Parts(query: query))
        #expect(answer.status == 200, "\(question.operation.id)?\(query): \(answer.text.prefix(300))")
        return answer
    }

    @Test("every read answers what it answered then, by a position or a time, and says which position that is")
    func everything() async throws {
        try await TestAPI.run { api in
            let (first, token) = try await api.running("first")
            let second = try await api.create("second")
            for session in [first, second] {
                try await api.call(.updateSession, session, body: ["tags": ["early"]])
            }
            try await api.call(
                .reportMetrics, first,
                body: ["attempt": 1, "series": [["name": "loss", "steps": [1, 2], "values": [0.5, 0.25]]]],
                token: token)
            try await api.call(.reportLogs, first, body: ["attempt": 1, "lines": [["text": "begun"]]], token: token)
            try await api.call(
                .reportHostReadings, first, body: ["attempt": 1, "readings": [["values": ["cpu.percent": 80]]]],
                token: token)
            try await api.complete(1, of: first, token)
            let saved = try await api.upload(
                .uploadCheckpoint, query: "session_id=\(first)&epoch=1&step=10&attempt=1", text: "weights",
                token: token)
            let checkpoint = try #require(saved.json["checkpoint_id"]?.stringValue)
            try await api.upload(.uploadArtifact, first, "notes.txt", text: "text", status: 201, token: token)
            let rule = try await api.call(
                .createAlertRule,
                body: ["name": "r", "condition": "greater_than", "metric": "loss", "threshold": 9])
            let ruleID = try #require(rule.json["rule_id"]?.stringValue)
            let webhook = try await api.call(
                .createWebhook, body: ["url": "https://example.org/hook", "events": ["training_failed"]])
            try await api.call(
                .setRetentionRule, "old", body: ["status": "ended", "after_days": 30, "redact": ["logs"]])
            let webhookID = try #require(webhook.json["webhook_id"]?.stringValue)

            let questions = Self.questions(
                first, second, checkpoint: checkpoint, rule: ruleID, webhook: webhookID)
            let position = api.head
            let time = api.tracker.clock.now.description
            var before: [TestAPI.Answer] = []
            for question in questions { before.append(try await Self.answer(api, question)) }
            #expect(before.allSatisfy { $0["X-As-Of-Position"] == nil })

            api.tracker.clock.advance(by: .seconds(60))
            try await api.complete(2, of: first, token, loss: 0.125)
            try await api.call(
                .reportMetrics, first,
                body: ["attempt": 1, "series": [["name": "loss", "steps": [2, 3], "values": [7, 8]]]], token: token)
            try await api.call(.reportLogs, first, body: ["attempt": 1, "lines": [["text": "later"]]], token: token)
            try await api.call(
                .reportHostReadings, first, body: ["attempt": 1, "readings": [["values": ["cpu.percent": 90]]]],
                token: token)
            try await api.upload(.uploadArtifact, first, "notes.txt", text: "others", status: 201, token: token)
            try await api.call(.deleteCheckpoint, checkpoint)
            try await api.call(.updateSession, second, body: ["tags": ["late"], "session_name": "renamed"])
            try await api.call(.archiveSession, second)
            try await api.call(.deleteAlertRule, ruleID)
            try await api.call(.deleteRetentionRule, "old")
            try await api.call(.deleteWebhook, webhookID)
            try await api.call(
                .finishAttempt, first, body: ["attempt": 1, "outcome": "stopped", "step": 20], token: token)
            try await api.call(.archiveSession, first, query: "permanent=true")
            _ = try await api.create("third")

            for moment in ["\(position)", time] {
                for (question, then) in zip(questions, before) {
                    let now = try await Self.answer(api, question, asOf: moment)
                    #expect(now.text == then.text, "\(question.operation.id)?\(question.query), as of \(moment)")
                    #expect(now["X-As-Of-Position"] == "\(position)", "\(question.operation.id)")
                    #expect(now["X-Read-Position"] == "\(position)", "\(question.operation.id)")
                }
            }
        }
    }

    @Test("a moment without a state is refused alike everywhere")
    func refusals() async throws {
        try await TestAPI.run { api in
            let session = try await api.create()
            let future = api.tracker.clock.now.advanced(by: .seconds(1)).description
            let past = api.tracker.clock.now.advanced(by: .seconds(-1)).description
            for moment in ["0", "\(api.head + 1)", future, past, "soon", "-1", "2026-01-31", ""] {
                for (operation, values) in [
                    (API.Operation.listSessions, []), (.getSession, [session]), (.listCheckpoints, []),
                    (.listArtifacts, [session]), (.listAlerts, []), (.getLogs, [session]), (.listWebhooks, []),
                ] {
                    try await api.refused(
                        operation, values, TestAPI.Parts(query: "as_of=\(moment)"), 422, "invalid_field", field: "as_of"
                    )
                }
            }
            try await api.refused(
                .downloadCheckpoint, ["ckpt_x"], TestAPI.Parts(query: "as_of=1"), 422, "invalid_field", field: "as_of")
        }
    }

    @Test("what did not exist yet is not found, and not in a list")
    func notYet() async throws {
        try await TestAPI.run { api in
            let first = try await api.create("first")
            let second = try await api.create("second")
            try await api.refused(.getSession, [second], TestAPI.Parts(query: "as_of=1"), 404, "not_found")
            let listed = try await api.call(.listSessions, query: "as_of=1")
            #expect(listed.json["total"] == 1)
            #expect(listed.json["sessions"]?.arrayValue?.first?["session_id"] == .string(first))
            try await api.refused(
                .compareSessions, [], TestAPI.Parts(query: "sessions=\(first),\(second)&as_of=1"), 404, "not_found")
        }
    }

    @Test("histories take the moment in the body or the query, and not in both")
    func histories() async throws {
        try await TestAPI.run { api in
            let (session, token) = try await api.running()
            try await api.complete(1, of: session, token)
            let position = api.head
            try await api.complete(2, of: session, token)
            let body: JSONObject = ["session_ids": [.string(session)], "metric_names": ["val_loss"]]
            var dated = body
            dated["as_of"] = .count(Int(position))
            let inBody = try await api.call(.queryMetricHistories, body: .object(dated))
            let inQuery = try await api.call(
                .queryMetricHistories, query: "as_of=\(position)", body: .object(body))
            #expect(inBody.text == inQuery.text)
            #expect(inBody["X-As-Of-Position"] == "\(position)" && inQuery["X-As-Of-Position"] == "\(position)")
            #expect(inBody["ETag"] == inQuery["ETag"])
            let both = TestAPI.Parts(
                query: "as_of=1", body: JSONValue.object(dated).encoded(), type: "application/json")
            try await api.refused(.queryMetricHistories, [], both, 422, "invalid_field", field: "as_of")
        }
    }
}

import API
import JSON
import Testing

/// Parameters and values that cannot be: each is refused by its name.
@Suite("Refused requests")
struct RefusalTests {
    /// A question that names what is wrong with it.
    struct Question: Sendable, CustomTestStringConvertible {
        let operation: API.Operation
        let query: String
        let field: String

        init(_ operation: API.Operation, _ query: String, _ field: String) {
            (self.operation, self.query, self.field) = (operation, query, field)
        }

        var testDescription: String { "\(operation.id)?\(query)" }
    }

    private static let questions: [Question] = [
        Question(.listArtifacts, "start_step=5&end_step=4", "start_step"),
        Question(.listArtifacts, "start_step=-1", "start_step"),
        Question(.listArtifacts, "end_step=-1", "end_step"),
        Question(.listArtifacts, "start_step=one", "start_step"),
        Question(.listArtifacts, "attempts=some", "attempts"),
        Question(.listSessions, "limit=0", "limit"),
        Question(.listSessions, "limit=1001", "limit"),
        Question(.listSessions, "limit=ten", "limit"),
        Question(.listSessions, "offset=-1", "offset"),
        Question(.listSessions, "status=done", "status"),
        Question(.listSessions, "filter=params.depth%20%3E", "filter"),
        Question(.listSessions, "sort=age", "sort"),
        Question(.listSessions, "archived=only", "archived"),
        Question(.listSessions, "consistency=eventual", "consistency"),
        Question(.listSessions, "wait_for=-1", "wait_for"),
        Question(.listSessions, "limit=1&limit=2", "limit"),
        Question(.listSessions, "columns=age", "columns"),
        Question(.getSession, "as_of=soon", "as_of"),
        Question(.listSessions, "as_of=+1", "as_of"),
        Question(.stopSession, "wait=31", "wait"),
        Question(.stopSession, "wait=nan", "wait"),
        Question(.listCheckpoints, "sort=size", "sort"),
        Question(.listCheckpoints, "lineage=true", "lineage"),
        Question(.listCheckpoints, "lineage=maybe", "lineage"),
        Question(.listCheckpoints, "metric_name=", "metric_name"),
        Question(.getMetricHistory, "metric_name=loss&axis=weeks", "axis"),
        Question(.getMetricHistory, "metric_name=loss&axis=step&start_epoch=1", "start_epoch"),
        Question(.getMetricHistory, "metric_name=loss&axis=step&start_step=5&end_step=4", "start_step"),
        Question(.getMetricHistory, "metric_name=loss&max_points=3", "max_points"),
        Question(.getLossGraph, "max_points=100001", "max_points"),
        Question(.getSessionMetrics, "nonfinite=zero", "nonfinite"),
        Question(.getLogs, "after=-1", "after"),
        Question(.getLogs, "rank=-1", "rank"),
        Question(.getHostReadings, "rank=70000", "rank"),
        Question(.getSessionEvents, "stream=blobs", "stream"),
        Question(.getEvents, "after=first", "after"),
        Question(.compareSessions, "", "sessions"),
        Question(.followSession, "types=epochs", "types"),
        Question(.followSession, "after=soon", "after"),
        Question(.followSession, "after=999999", "after"),
        Question(.followEverything, "named=perhaps", "named"),
    ]

    @Test("a parameter's value that cannot be is refused by its name", arguments: questions)
    func question(_ question: Question) async throws {
        try await TestAPI.run { api in
            let session = try await api.create()
            let values = question.operation.path.contains("{session_id}") ? [session] : []
            try await api.refused(
                question.operation, values, TestAPI.Parts(query: question.query), 422, "invalid_field",
                field: question.field)
        }
    }

    /// A body that names what is wrong with it.
    struct Order: Sendable, CustomTestStringConvertible {
        let operation: API.Operation
        let body: JSONValue
        let field: String

        init(_ operation: API.Operation, _ body: JSONValue, _ field: String) {
            (self.operation, self.body, self.field) = (operation, body, field)
        }

        var testDescription: String { "\(operation.id) \(field)" }
    }

    private static let orders: [Order] = [
        Order(.createSession, [:], "config_path"),
        Order(.createSession, ["config": [:], "config_path": "a.yaml"], "config"),
        Order(.createSession, ["config": ["train": ["epochs": 0]]], "train.epochs"),
        Order(.createSession, ["config": [:], "name": "a", "session_name": "b"], "name"),
        Order(.createSession, ["config": [:], "tags": [""]], "tags[0]"),
        Order(.createSession, ["config": [:], "params": ["a": nil]], "params.a"),
        Order(.createSession, ["config": [:], "params": ["a": ["b": 1], "a.b": 2]], "params.a.b"),
        Order(.updateSession, ["session_name": ""], "session_name"),
        Order(.claimAttempt, ["lease_seconds": 0], "lease_seconds"),
        Order(.createWebhook, ["url": "ftp://example.org", "events": ["training_failed"]], "url"),
        Order(.createWebhook, ["url": "https:", "events": ["training_failed"]], "url"),
        Order(.createWebhook, ["url": "mailto:nobody", "events": ["training_failed"]], "url"),
        Order(.createWebhook, ["url": "https://example.org", "events": ["failed"]], "events[0]"),
        Order(.reproduceSession, ["tolerance": 2], "tolerance"),
        Order(.redactSession, ["kinds": [], "reason": "r"], "kinds"),
        Order(.redactSession, ["kinds": ["metrics"], "reason": "r"], "kinds[0]"),
        Order(.redactSession, ["kinds": ["logs"], "reason": ""], "reason"),
        Order(.redactSession, ["kinds": ["notes"], "reason": "r", "before": "2026-01-31T12:00:00Z"], "before"),
        Order(.reportResult, ["name": "dice"], "value"),
    ]

    @Test("a field's value that cannot be is refused by its path", arguments: orders)
    func order(_ order: Order) async throws {
        try await TestAPI.run { api in
            let session = try await api.create()
            let head = api.head
            let values = order.operation.path.contains("{session_id}") ? [session] : []
            try await api.refused(
                order.operation, values,
                TestAPI.Parts(body: order.body.encoded(), type: "application/json"), 422, "invalid_field",
                field: order.field)
            #expect(api.head == head)
        }
    }

    @Test("an artifact's path stays inside its session", arguments: ["../a", "a//b", "a/./b", "/a", "a%5Cb", "a%0Ab"])
    func artifactPath(path: String) async throws {
        try await TestAPI.run { api in
            let session = try await api.create()
            let target = "/api/v1/training/sessions/\(session)/artifacts/" + path
            let answer = try await api.ask("PUT", target, TestAPI.Parts(body: Array("bytes".utf8)))
            #expect(answer.status == 422)
            #expect(answer.field == "path")
        }
    }

    @Test("an upload without a file, with two, or for an attempt that it is not of is refused")
    func uploads() async throws {
        try await TestAPI.run { api in
            let (session, token) = try await api.running()
            func form(_ parts: [(head: String, body: String)]) -> TestAPI.Parts {
                let text = parts.map { "--b\r\nContent-Disposition: form-data; \($0.head)\r\n\r\n\($0.body)\r\n" }
                return TestAPI.Parts(
                    body: Array((text.joined() + "--b--\r\n").utf8), type: "multipart/form-data; boundary=b")
            }
            let fields = [("name=\"session_id\"", session), ("name=\"epoch\"", "1"), ("name=\"step\"", "10")]
            let file = ("name=\"file\"; filename=\"a.pt\"", "weights")
            try await api.refused(.uploadCheckpoint, [], form(fields), 422, "invalid_field", field: "file")
            try await api.refused(
                .uploadCheckpoint, [], form(fields + [file, file]), 422, "invalid_field", field: "file")
            try await api.refused(
                .uploadCheckpoint, [], form([fields[0], ("name=\"epoch\"", "one"), file]), 422, "invalid_field",
                field: "epoch")
            var foreign = TestAPI.Parts(
                query: "session_id=\(session)&epoch=1&step=10&attempt=2", body: Array("weights".utf8),
                type: "application/octet-stream", token: token)
            try await api.refused(.uploadCheckpoint, [], foreign, 422, "invalid_field", field: "attempt")
            foreign.query = "session_id=sess_unknown&epoch=1"
            try await api.refused(.uploadCheckpoint, [], foreign, 404, "not_found")
            #expect(try await api.call(.listCheckpoints).json["total"] == 0)
        }
    }
}

import API
import JSON
import Testing
import WebServer

/// What holds for every operation alike, tried on each of them.
@Suite("What holds for every operation")
struct ContractTests {
    private static let unknown = "sess_unknown"
    private static let digest = "sha256:" + String(repeating: "0", count: 64)

    /// A body that the operation takes.
    private static func body(of operation: API.Operation) -> JSONValue? {
        switch operation.id {
        case "createSession", "checkSession": ["config": ["trainer": ["kind": "external"], "train": ["epochs": 2]]]
        case "updateSession": ["notes": "Notes."]
        case "createWebhook": ["url": "https://example.org/hook", "events": ["training_failed"]]
        case "updateWebhook", "updateAlertRule": ["enabled": false]
        case "createAlertRule": ["name": "a", "metric": "loss", "condition": "is_nan"]
        case "acknowledgeAlert", "resolveAlert": ["by": "ada"]
        case "setModelAlias": ["checkpoint_id": "ckpt_none", "reason": "better"]
        case "setRetentionRule": ["status": "ended", "after_days": 90, "redact": ["logs"]]
        case "reproduceSession": [:]
        case "rotateLogKey": ["overlap_days": 1]
        case "redactSession": ["kinds": ["logs"], "reason": "A test."]
        case "claimAttempt": ["lease_seconds": 60]
        case "importSession":
            [
                "session_id": "sess_elsewhere", "source": "http://127.0.0.1:1", "source_position": 1,
                "exported_at": "2026-01-31T12:00:00Z", "manifest_digest": .string(digest),
                "content_digest": .string(digest), "session_events": .string(digest),
                "telemetry_events": .string(digest),
            ]
        case "reportAttemptStarted": ["first_epoch": 1, "first_step": 1]
        case "joinRank": ["rank": 0, "world_size": 1]
        case "reportEpoch": ["attempt": 1, "epoch": 1, "step": 10, "metrics": ["loss": 1.5]]
        case "reportProgress": ["attempt": 1, "epoch": 1, "step": 5, "fraction": 0.5]
        case "finishAttempt": ["attempt": 1, "outcome": "completed"]
        case "reportMetrics": ["attempt": 1, "points": [["name": "loss", "step": 1, "value": 1.5]]]
        case "reportLogs": ["attempt": 1, "lines": [["text": "a line"]]]
        case "reportHostReadings": ["attempt": 1, "readings": [["values": ["cpu.percent": 5]]]]
        case "reportResult": ["name": "dice", "value": 0.5, "source": "test.py"]
        case "queryMetricHistories": ["filter": ""]
        case "reportProvenance": ["facts": ["cpu": "some"]]
        default: nil
        }
    }

    /// Values for the parameters of the path, `session` where one stands.
    private static func values(of operation: API.Operation, session: String) -> [String] {
        operation.path.split(separator: "/").compactMap { part in
            switch part {
            case "{session_id}": session
            case "{attempt}": "1"
            default: part.hasPrefix("{") ? "none" : nil
            }
        }
    }

    private static func parts(of operation: API.Operation, session: String, token: String? = nil) -> TestAPI.Parts {
        var parts = TestAPI.Parts(token: token)
        if let body = body(of: operation) { (parts.body, parts.type) = (body.encoded(), "application/json") }
        switch operation.id {
        case "uploadCheckpoint":
            parts.query = "session_id=\(session)&epoch=1&step=10" + (token == nil ? "" : "&attempt=1")
        case "getMetricHistory": parts.query = "metric_name=loss"
        case "exportSession": parts.query = "format=csv"
        case "getMetricHistories": parts.query = "session_ids=\(session)"
        case "replayWebhook": parts.query = "after=0"
        case "removeModelAlias": parts.query = "reason=withdrawn"
        case "getInclusionProof": parts.query = "position=1"
        case "getConsistencyProof": parts.query = "from=0"
        case "listSessionNames": parts.query = "kind=tags"
        case "listSessionGroups": parts.query = "by=status"
        default: break
        }
        if case .file = operation.body { (parts.body, parts.type) = (Array("bytes".utf8), "application/octet-stream") }
        return parts
    }

    private static var takingJSON: [API.Operation] {
        API.Operation.all.filter { operation in
            switch operation.body {
            case .json, .optionalJSON, .report: true
            case .none, .file: false
            }
        }
    }

    private static func isPage(_ operation: API.Operation) -> Bool {
        if case .text("text/html") = operation.answer { true } else { false }
    }

    @Test("a parameter that an operation does not have is refused by its name, except by pages")
    func unknownParameters() async throws {
        try await TestAPI.run { api in
            let session = try await api.create()
            for operation in API.Operation.all where !Self.isPage(operation) {
                var parts = Self.parts(of: operation, session: session)
                parts.query += (parts.query.isEmpty ? "" : "&") + "limt=3"
                try await api.refused(
                    operation, Self.values(of: operation, session: session), parts, 422, "invalid_field", field: "limt")
            }
            #expect(try await api.ask("GET", "/docs", TestAPI.Parts(query: "utm_source=mail")).status == 200)
        }
    }

    @Test("a method that a path does not have gets 405 with those that it has")
    func otherMethods() async throws {
        try await TestAPI.run { api in
            let paths = Dictionary(grouping: API.Operation.all, by: \.path)
            for (path, operations) in paths {
                let methods = operations.map(\.method.rawValue) + (operations.contains(where: \.isRead) ? ["HEAD"] : [])
                for method in ["GET", "POST", "PUT", "PATCH", "DELETE"] where !methods.contains(method) {
                    let target = operations[0].target(Self.values(of: operations[0], session: Self.unknown))
                    // Another path may be met by the same text: an artifact's path takes all that are longer.
                    guard paths.keys.filter({ Self.matches(target, $0) }) == [path] else { continue }
                    let answer = try await api.ask(method, target)
                    #expect(answer.status == 405, "\(method) \(target)")
                    #expect(answer.code == "method_not_allowed")
                    let allowed = answer["Allow"]?.split(separator: ",").map { $0.filter { $0 != " " } } ?? []
                    #expect(Set(allowed) == Set(methods), "\(method) \(target)")
                }
            }
        }
    }

    private static func matches(_ target: String, _ path: String) -> Bool {
        let (parts, pattern) = (target.split(separator: "/"), path.split(separator: "/"))
        guard pattern.last?.hasSuffix("...}") == true || parts.count == pattern.count, parts.count >= pattern.count
        else {
            return false
        }
        return zip(parts, pattern).allSatisfy { $1.hasPrefix("{") || $0 == $1 }
    }

    @Test("HEAD is answered like GET, without the body")
    func head() async throws {
        try await TestAPI.run { api in
            let (session, token) = try await api.running(epochs: 1)
            try await api.complete(1, of: session, token)
            try await api.call(
                .finishAttempt, session, body: ["attempt": 1, "outcome": "completed"], token: token)
            // A feed of all sessions does not end.
            for operation in API.Operation.all where operation.isRead && operation.id != "followEverything" {
                let target = operation.target(Self.values(of: operation, session: session))
                let parts = Self.parts(of: operation, session: session)
                let whole = try await api.ask("GET", target, parts)
                let head = try await api.ask("HEAD", target, parts)
                #expect(head.status == whole.status, "\(operation.id)")
                #expect(head.bytes.isEmpty, "\(operation.id)")
                #expect(head["Content-Type"] == whole["Content-Type"], "\(operation.id)")
            }
        }
    }

    @Test("a session that nobody created is 404, whatever is asked of it")
    func unknownSessions() async throws {
        try await TestAPI.run { api in
            for session in [Self.unknown, "no%20id"] {
                for operation in API.Operation.all where operation.path.contains("{session_id}") {
                    let answer = try await api.refused(
                        operation, Self.values(of: operation, session: session),
                        Self.parts(of: operation, session: session), 404, "not_found")
                    #expect(answer.json["error"]?["details"]?["kind"] == "session", "\(operation.id)")
                }
            }
        }
    }

    @Test("what an attempt says needs its lease, and one that it holds")
    func leases() async throws {
        try await TestAPI.run { api in
            let (session, token) = try await api.running()
            let (other, foreign) = try await api.running("other")
            #expect(other != session)
            let leased = API.Operation.all.filter { $0.access == .lease }
            #expect(leased.count > 8)
            for operation in leased {
                let values = Self.values(of: operation, session: session)
                try await api.refused(
                    operation, values, Self.parts(of: operation, session: session), 403, "lease_required")
                for wrong in [foreign, "lease_1", token + "x"] {
                    try await api.refused(
                        operation, values, Self.parts(of: operation, session: session, token: wrong), 403,
                        "lease_invalid")
                }
            }
            try await api.call(
                .finishAttempt, session, body: ["attempt": 1, "outcome": "stopped", "step": 0], token: token)
            let late = ["reportMetrics", "reportLogs", "reportHostReadings"]
            for operation in leased {
                let values = Self.values(of: operation, session: session)
                let parts = Self.parts(of: operation, session: session, token: token)
                if late.contains(operation.id) {
                    #expect(try await api.ask("POST", operation.target(values), parts).status == 200)
                } else if operation.id != "finishAttempt" {
                    try await api.refused(operation, values, parts, 409, "stale_attempt")
                }
            }
        }
    }

    @Test("a body that is not what the operation takes is refused, and says why")
    func bodies() async throws {
        try await TestAPI.run { api in
            let (session, token) = try await api.running()
            for operation in Self.takingJSON {
                let values = Self.values(of: operation, session: session)
                let good = Self.parts(of: operation, session: session, token: token)
                func sending(_ text: String, type: String = "application/json") -> TestAPI.Parts {
                    var parts = good
                    (parts.body, parts.type) = (Array(text.utf8), type)
                    return parts
                }
                try await api.refused(
                    operation, values, sending("a", type: "text/plain"), 415, "unsupported_media_type")
                try await api.refused(operation, values, sending("{"), 400, "malformed_request")
                try await api.refused(operation, values, sending("[]"), 422, "invalid_field", field: "body")
                try await api.refused(operation, values, sending("{\"nme\": 1}"), 422, "invalid_field")
                let long = String(repeating: " ", count: operation.bodyLimit + 1)
                try await api.refused(operation, values, sending(long), 413, "body_too_large")
            }
        }
    }

    @Test("a field that a body does not have is refused by its name")
    func unknownFields() async throws {
        try await TestAPI.run { api in
            let (session, token) = try await api.running()
            for operation in Self.takingJSON {
                var object = Self.body(of: operation)?.objectValue ?? JSONObject()
                object["no_such_field"] = 1
                var parts = Self.parts(of: operation, session: session, token: token)
                parts.body = JSONValue.object(object).encoded()
                try await api.refused(
                    operation, Self.values(of: operation, session: session), parts, 422, "invalid_field",
                    field: "no_such_field")
            }
        }
    }

    @Test("a command that is sent twice under one key is carried out once, and another under its key is refused")
    func repeatedCommands() async throws {
        try await TestAPI.run { api in
            let session = try await api.create()
            for operation in [API.Operation.createSession, .updateSession, .reportResult, .createWebhook] {
                var parts = Self.parts(of: operation, session: session)
                parts.headers["Idempotency-Key"] = "once-\(operation.id)"
                let target = operation.target(Self.values(of: operation, session: session))
                let first = try await api.ask(operation.method.rawValue, target, parts)
                let head = api.head
                let second = try await api.ask(operation.method.rawValue, target, parts)
                #expect(first.status < 300 && second.status == first.status, "\(operation.id): \(first.text)")
                #expect(second.json["session_id"] == first.json["session_id"])
                #expect(api.head == head, "\(operation.id)")
                guard var other = Self.body(of: operation)?.objectValue else { continue }
                switch operation.id {
                case "createSession": other["session_name"] = "another"
                case "createWebhook": other["url"] = "https://example.org/other"
                case "updateSession": other["notes"] = "Other notes."
                default: other["value"] = 0.75
                }
                parts.body = JSONValue.object(other).encoded()
                try await api.refused(
                    operation, Self.values(of: operation, session: session), parts, 409, "command_conflict")
            }
        }
    }

    @Test("clients of other machines are counted, and told when to come again")
    func rateLimits() async throws {
        var settings = HTTPSettings()
        settings.rateLimit.readsPerMinute = 2
        settings.rateLimit.includesLoopback = true
        try await TestAPI.run(settings: settings) { api in
            for _ in 0..<2 { try await api.call(.listSessions) }
            let refused = try await api.refused(.listSessions, [], TestAPI.Parts(), 429, "rate_limited")
            #expect(refused["Retry-After"].flatMap { Int($0) } ?? 0 > 0)
            #expect(refused["X-RateLimit-Remaining"] == "0")
        }
    }
}

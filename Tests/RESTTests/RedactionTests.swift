import API
import JSON
import Testing

/// Content that is taken out of the log, and what the API tells of it.
@Suite("Redaction")
struct RedactionTests {
    private func logged(_ api: TestAPI, _ lines: [String]) async throws -> String {
        let (session, token) = try await api.running("s")
        for line in lines {
            try await api.call(
                .reportLogs, session, body: ["attempt": 1, "lines": [["text": .string(line)]]], token: token)
        }
        return session
    }

    @Test("what would go is told before, and nothing changes")
    func dryRun() async throws {
        try await TestAPI.run { api in
            let session = try await logged(api, ["one", "two"])
            let head = api.head
            let planned = try await api.call(
                .redactSession, session, body: ["kinds": ["logs"], "reason": "r", "dry_run": true])
            #expect(planned.json["record_count"] == 2 && planned.json["dry_run"] == true)
            #expect(planned.json["byte_count"]?.integerValue ?? 0 > 0 && planned.json["position"] == nil)
            #expect(api.head == head)
        }
    }

    @Test("the content is gone from every answer, also of the past, and the log says by which event and why")
    func everywhere() async throws {
        try await TestAPI.run { api in
            let session = try await logged(api, ["secret", "secret too"])
            try await api.call(.updateSession, session, body: ["notes": "secret"])
            let before = api.head
            let done = try await api.call(
                .redactSession, session, body: ["kinds": ["logs", "notes"], "reason": "names"])
            #expect(done.json["record_count"] == 3)
            let position = done.json["position"]
            for line in try await api.call(.getLogs, session).json["lines"]?.arrayValue ?? [] {
                #expect(line["text"] == "" && line["redacted_by"] == position)
            }
            for query in ["", "as_of=\(before)"] {
                let shown = try await api.call(.getSession, session, query: query)
                #expect(shown.json["notes"] == nil && shown.json["notes_redacted_by"] == position)
            }
            let lines = try await api.call(.getEvents, query: "limit=1000").text.split(separator: "\n")
            let events = try lines.map { try JSONValue.parse(Array($0.utf8)) }
            #expect(!lines.contains { $0.contains("secret") })
            let redacted = events.filter { $0["redacted"] != nil }
            #expect(redacted.count == 3)
            #expect(redacted.allSatisfy { $0["redacted"]?["by"] == position && $0["redacted"]?["reason"] == "names" })
            #expect(events.contains { $0["type"] == "session.redacted" && $0["position"] == position })
        }
    }

    @Test("the same command again does nothing more and gets the same answer; one for nothing records nothing")
    func repeats() async throws {
        try await TestAPI.run { api in
            let session = try await logged(api, ["one"])
            let body: JSONValue = ["kinds": ["logs"], "reason": "r"]
            let first = try await api.call(.redactSession, session, body: body, headers: ["Idempotency-Key": "once"])
            let head = api.head
            let again = try await api.call(.redactSession, session, body: body, headers: ["Idempotency-Key": "once"])
            #expect(again.json == first.json)
            let nothing = try await api.call(.redactSession, session, body: body)
            #expect(nothing.json["record_count"] == 0 && nothing.json["position"] == nil)
            #expect(api.head == head)
        }
    }

    @Test("only the lines at the given places go")
    func positions() async throws {
        try await TestAPI.run { api in
            let session = try await logged(api, ["one", "two", "three"])
            let places = try await api.call(.getSessionEvents, session, query: "stream=telemetry").text
                .split(separator: "\n").map { try JSONValue.parse(Array($0.utf8))["position"] ?? .null }
            try await api.call(
                .redactSession, session, body: ["kinds": ["logs"], "reason": "r", "positions": [places[1]]])
            let lines = try await api.call(.getLogs, session).json["lines"]?.arrayValue
            #expect(lines?.map { $0["text"] } == ["one", "", "three"])
        }
    }

    @Test("archived and deleted sessions can be redacted too, and an unknown one cannot")
    func ended() async throws {
        try await TestAPI.run { api in
            let session = try await api.create("s")
            try await api.call(.updateSession, session, body: ["notes": "secret"])
            try await api.call(.archiveSession, session)
            #expect(
                try await api.call(.redactSession, session, body: ["kinds": ["notes"], "reason": "r"])
                    .json["record_count"] == 1)
            let other = try await api.create("t")
            try await api.call(.updateSession, other, body: ["notes": "secret"])
            try await api.call(.archiveSession, other, query: "permanent=true")
            #expect(
                try await api.call(.redactSession, other, body: ["kinds": ["notes"], "reason": "r"])
                    .json["record_count"] == 1)
            try await api.refused(
                .redactSession, ["sess_unknown"],
                TestAPI.Parts(body: Array(#"{"kinds": ["logs"], "reason": "r"}"#.utf8), type: "application/json"), 404,
                "not_found")
        }
    }

    @Test("what was deleted is said to be removed by an event, and not to be missing")
    func removedFiles() async throws {
        try await TestAPI.run { api in
            let (session, token) = try await api.running("s")
            try await api.upload(.uploadArtifact, session, "notes.txt", text: "text", status: 201, token: token)
            try await api.call(.deleteArtifact, session, "notes.txt")
            let answer = try await api.ask("GET", API.Operation.downloadArtifact.target([session, "notes.txt"]))
            #expect(answer.status == 404 && answer.text.contains("removed by event \(api.head)"))
        }
    }
}

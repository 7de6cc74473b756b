import API
import JSON
import Testing

/// Sessions that are put away, brought back, and deleted.
@Suite("Archived and deleted sessions")
struct DeletionTests {
    @Test("an archived session is brought back, also while it is changed")
    func unarchive() async throws {
        try await TestAPI.run { api in
            let session = try await api.create()
            try await api.call(.archiveSession, session)
            #expect(try await api.call(.listSessions).json["total"] == 0)
            try await api.refused(
                .updateSession, [session],
                TestAPI.Parts(body: Array(#"{"notes": "n"}"#.utf8), type: "application/json"), 409, "archived")
            let changed = try await api.call(.updateSession, session, body: ["archived": false, "notes": "n"])
            #expect(changed.json["archived"] == false && changed.json["notes"] == "n")
            #expect(try await api.call(.listSessions).json["total"] == 1)
            #expect(try await api.call(.updateSession, session, body: ["archived": true]).json["archived"] == true)
        }
    }

    @Test("a deleted session is gone with its files, from every list and question, but not from the log")
    func delete() async throws {
        try await TestAPI.run { api in
            let kept = try await api.create("kept")
            let (session, token) = try await api.running("gone")
            let checkpoint = try #require(
                try await api.upload(
                    .uploadCheckpoint, query: "session_id=\(session)&epoch=1&step=10&attempt=1", text: "weights",
                    token: token
                ).json["checkpoint_id"]?.stringValue)
            try await api.upload(.uploadArtifact, session, "notes.txt", text: "text", status: 201, token: token)
            try await api.refused(
                .archiveSession, [session], TestAPI.Parts(query: "permanent=true"), 409, "wrong_status")
            try await api.call(
                .finishAttempt, session, body: ["attempt": 1, "outcome": "stopped", "step": 10], token: token)
            let before = api.head
            let answer = try await api.call(
                .archiveSession, session, query: "permanent=true", headers: ["Idempotency-Key": "once"])
            #expect(answer.json["session_name"] == "gone")
            let again = try await api.call(
                .archiveSession, session, query: "permanent=true", headers: ["Idempotency-Key": "once"])
            #expect(again.json["session_id"] == answer.json["session_id"])
            for operation in [
                API.Operation.getSession, .getSessionStatus, .getSessionMetrics, .listArtifacts, .getLogs,
            ] {
                try await api.refused(operation, [session], TestAPI.Parts(), 404, "not_found")
            }
            try await api.refused(.archiveSession, [session], TestAPI.Parts(query: "permanent=true"), 404, "not_found")
            try await api.refused(.getCheckpoint, [checkpoint], TestAPI.Parts(), 404, "not_found")
            #expect(try await api.call(.listCheckpoints).json["total"] == 0)
            let listed = try await api.call(.listSessions, query: "archived=include").json["sessions"]?.arrayValue
            #expect(listed?.map { $0["session_id"] } == [.string(kept)])
            let status = try await api.ask("GET", API.Operation.getLatestStatus.target())
            #expect(status.status == 404)
            #expect(
                try await api.call(.getSession, session, query: "as_of=\(before)").json["session_name"] == "gone")
            let events = try await api.call(.getEvents, query: "limit=1000").text
            #expect(events.contains("session.deleted") && events.contains("session.checkpoint_deleted"))
        }
    }
}

import API
import JSON
import Testing
import Tracking
import TrackingClient

@Suite struct SessionSummaryTests {
    @Test("Names are asked for by kind and place, and groups by field and filter")
    func questions() async throws {
        let names = #"{"kind":"tags","names":[{"name":"a","sessions":2}],"next":"a"}"#
        let groups = #"""
            {"by":"tags","groups":[{"group":"a","sessions":2,"session_ids":["sess_1"],
             "values":[{"field":"epoch","mean":1.5,"std":"NaN","count":1}]},{"sessions":1,"session_ids":[],"values":[]}],
             "total":2,"total_sessions":3,"limit":100,"offset":0}
            """#
        try await withStub(answer: { request, _ in
            .json(request.target.contains("/names") ? names : groups)
        }) { client, server, _ in
            let page = try await client.sessionNames(.tags, prefix: "a b", after: "a", limit: 1, includesArchived: true)
            #expect(page.kind == .tags && page.next == "a" && page.names.map(\.sessionCount) == [2])
            var query = SessionQuery()
            query.condition = "epoch > 0"
            query.sort = "-created_at"
            let list = try await client.sessionGroups(by: "tags", values: ["epoch", "params.lr"], query)
            #expect(list.groups.map { $0.group ?? .null } == ["a", .null])
            #expect(list.groups[0].values[0].std?.isNaN == true)
            #expect(
                server.requests.map(\.target) == [
                    "/api/v1/training/sessions/names?kind=tags&prefix=a%20b&after=a&limit=1&archived=include",
                    "/api/v1/training/sessions/groups?by=tags&values=epoch%2Cparams.lr&filter=epoch%20%3E%200",
                ])
        }
    }

    @Test("A session is checked by the request that creates it, and its log is searched by text and source")
    func checkAndSearch() async throws {
        let check = #"{"valid":false,"problems":[{"field":"train.epochs","message":"no","line":3}],"warnings":[]}"#
        let lines = #"{"session_id":"sess_1","lines":[],"total":9,"last_line":8}"#
        try await withStub(answer: { request, _ in
            .json(request.target.contains("/check") ? check : lines)
        }) { client, server, _ in
            var new = NewSession()
            new.configurationText = "a: 1"
            let answer = try await client.checkSession(new)
            #expect(!answer.isValid && answer.problems.map(\.line) == [3])
            let page = try await client.logs("sess_1", after: 2, source: "stderr", containing: "a b", limit: 5)
            #expect(page.lastLine == 8)
            #expect(
                server.requests.map(\.target) == [
                    "/api/v1/training/sessions/check",
                    "/api/v1/training/sessions/sess_1/logs?after=2&source=stderr&contains=a%20b&limit=5",
                ])
            #expect(
                server.requests.first.map { String(decoding: $0.body, as: UTF8.self) } == #"{"config_text":"a: 1"}"#)
        }
    }
}

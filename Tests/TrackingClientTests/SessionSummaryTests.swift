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
}

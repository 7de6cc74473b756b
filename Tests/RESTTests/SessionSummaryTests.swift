import API
import JSON
import Testing

/// Summaries of many sessions: names that exist, and statistics of groups.
@Suite("Names and groups of sessions")
struct SessionSummaryTests {
    /// Four sessions with the val_loss 1, 2, 4 and NaN; the first two have lr 0.1, the third has "0.5", the last none.
    private static func sessions(_ api: TestAPI) async throws -> [String] {
        var sessions: [String] = []
        for (loss, lr) in [(1, 0.1), (2, 0.1), (4, "0.5"), ("NaN", .null)] as [(JSONValue, JSONValue)] {
            let (session, token) = try await api.running("number \(sessions.count)")
            try await api.complete(1, of: session, token, loss: loss)
            if !lr.isNull { try await api.call(.updateSession, session, body: ["params": ["lr": lr]]) }
            sessions.append(session)
        }
        return sessions
    }

    @Test("groups have the statistics of their finite numbers, by size and the one without a value last")
    func groups() async throws {
        try await TestAPI.run { api in
            let sessions = try await Self.sessions(api)
            let query = "by=params.lr&values=metrics.val_loss,params.lr"
            let answer = try await api.call(.listSessionGroups, query: query).json
            #expect(answer["total"] == 3 && answer["total_sessions"] == 4)
            let groups = try #require(answer["groups"]?.arrayValue)
            #expect(groups.map { $0["group"] ?? .null } == [0.1, "0.5", .null])
            #expect(groups[0]["session_ids"] == .array([.string(sessions[1]), .string(sessions[0])]))
            #expect(
                groups[0]["values"]?.arrayValue?.first == [
                    "field": "metrics.val_loss", "mean": 1.5, "std": .number(0.5.squareRoot()), "min": 1.0, "max": 2.0,
                    "median": 1.5, "count": 2,
                ])
            // The spread of a sample of one is no number.
            #expect(groups[1]["values"]?.arrayValue?.first?["std"] == "NaN")
            // A text that is a number counts as one.
            #expect(groups[1]["values"]?.arrayValue?.last?["mean"] == 0.5)
            #expect(
                groups[2]["values"] == [
                    ["field": "metrics.val_loss", "count": 0], ["field": "params.lr", "count": 0],
                ])
            let some = try await api.call(
                .listSessionGroups,
                query: "by=params.lr&values=metrics.val_loss&statistics=std&nonfinite=null&offset=1&limit=1")
            #expect(some.json["total"] == 3)
            #expect(
                some.json["groups"]?.arrayValue?.map { $0["values"] }
                    == [[["field": "metrics.val_loss", "std": .null]]])
            let filtered = try await api.call(
                .listSessionGroups, query: "by=params.lr&filter=metrics.val_loss%20%3C%203")
            #expect(filtered.json["groups"]?.arrayValue?.count == 1 && filtered.json["total_sessions"] == 2)
        }
    }

    @Test("groups of the past are those of then")
    func past() async throws {
        try await TestAPI.run { api in
            let session = try await api.create("first")
            let before = api.head
            try await api.call(.updateSession, session, body: ["params": ["lr": 1]])
            let now = try await api.call(.listSessionGroups, query: "by=params.lr").json
            #expect(now["groups"]?.arrayValue?.first?["group"] == 1)
            let then = try await api.call(.listSessionGroups, query: "by=params.lr&as_of=\(before)")
            #expect(then.json["groups"]?.arrayValue?.first?["group"] == nil)
            #expect(then.json["total_sessions"] == 1 && then["X-As-Of-Position"] == "\(before)")
        }
    }

    @Test("names are counted, and archived sessions only when they are asked for")
    func names() async throws {
        try await TestAPI.run { api in
            let sessions = try await Self.sessions(api)
            func names(_ query: String) async throws -> JSONValue {
                try await api.call(.listSessionNames, query: query).json
            }
            #expect(try await names("kind=params&prefix=lr")["names"] == [["name": "lr", "sessions": 3]])
            let first = try await names("kind=metrics&prefix=val_&limit=1")
            #expect(first["names"] == [["name": "val_loss", "sessions": 4]] && first["next"] == nil)
            let page = try await names("kind=metrics&limit=1")
            #expect(page["next"] == "learning_rate")
            #expect(
                try await names("kind=metrics&after=learning_rate")["names"]?.arrayValue?.map { $0["name"] }
                    == ["train_loss", "val_loss"])
            try await api.call(.updateSession, sessions[3], body: ["tags": ["odd"]])
            #expect(try await names("kind=tags")["names"] == [["name": "odd", "sessions": 1]])
        }
    }

    @Test("what is no question is refused by the parameter's name")
    func refusals() async throws {
        try await TestAPI.run { api in
            for (operation, query, field) in [
                (API.Operation.listSessionNames, "", "kind"), (.listSessionNames, "kind=notes", "kind"),
                (.listSessionNames, "kind=tags&limit=0", "limit"), (.listSessionNames, "kind=tags&as_of=1", "as_of"),
                (.listSessionNames, "kind=tags&archived=only", "archived"), (.listSessionGroups, "", "by"),
                (.listSessionGroups, "by=colour", "by"), (.listSessionGroups, "by=status&values=colour", "values"),
                (.listSessionGroups, "by=status&statistics=mode", "statistics"),
                (.listSessionGroups, "by=status&filter=(", "filter"),
                (
                    .listSessionGroups,
                    "by=status&values=" + Array(repeating: "epoch", count: 21).joined(separator: ","),
                    "values"
                ),
            ] {
                try await api.refused(
                    operation, [], TestAPI.Parts(query: query), 422, "invalid_field", field: field)
            }
        }
    }
}

import API
import Application
import EventLog
import JSON
import ReadModels
import Testing
import Tracking

/// Points that leave the server for other tools: all of them, exact, as of one position.
@Suite("Exports")
struct ExportTests {
    @Test("every point is there once, in order, with all its digits")
    func exact() async throws {
        try await TestAPI.run { api in
            let (session, token) = try await api.running("exported")
            let values: [JSONValue] = [0.1, .number(5e-324), "NaN", "Infinity", "-Infinity", -0.0]
            try await api.call(
                .reportMetrics, session,
                body: [
                    "attempt": 1,
                    "series": [["name": "a,\"b\" c", "steps": [1, 2, 3, 4, 5, 6], "values": .array(values)]],
                ], token: token)
            try await api.complete(1, of: session, token, loss: 0.25)
            let csv = try await api.call(.exportSession, session, query: "format=csv")
            #expect(csv["content-type"] == "text/csv; charset=utf-8; header=present")
            let rows = csv.text.split(separator: "\n", omittingEmptySubsequences: false)
            #expect(rows.first == "session_id,metric,axis,attempt,step,epoch,time,value")
            let steps = csv.text.components(between: " c\",step,1,")
            #expect(steps.map { $0.prefix { $0 != "," } } == ["1", "2", "3", "4", "5", "6"])
            #expect(
                steps.map { $0.split(separator: "\n")[0].split(separator: ",").last } == [
                    "0.1", "5e-324", "NaN", "inf", "-inf", "-0.0",
                ])
            #expect(csv.text.contains("\(session),val_loss,epoch,1,10,1,"))
            let lines = try await api.call(.exportSession, session, query: "format=jsonl").text.split(separator: "\n")
            #expect(lines.count == 9)
            let objects = try lines.map { try JSONValue.parse(Array($0.utf8)) }
            #expect(objects.filter { $0["axis"] == "step" }.map { $0["value"] } == values)
            #expect(objects.first { $0["metric"] == "val_loss" }?["epoch"] == 1)
        }
    }

    @Test("what is superseded is left out unless it is asked for, and a past position stays as it was")
    func attempts() async throws {
        try await TestAPI.run { api in
            let (session, token) = try await api.running("past", by: "external")
            try await api.complete(1, of: session, token, loss: 1)
            let head = api.head
            try await api.complete(2, of: session, token, loss: 2)
            func losses(_ query: String) async throws -> [String] {
                try await api.call(.exportSession, session, query: "format=csv" + query).text.split(separator: "\n")
                    .filter { $0.contains(",val_loss,") }.map { String($0.split(separator: ",").last ?? "") }
            }
            #expect(try await losses("") == ["1.0", "2.0"])
            #expect(try await losses("&as_of=\(head)") == ["1.0"])
            try await api.call(.finishAttempt, session, body: ["attempt": 1, "outcome": "stopped"], token: token)
            let claim = try await api.call(.claimAttempt, session, body: ["lease_seconds": 600])
            let second = try #require(claim.json["token"]?.stringValue)
            try await api.call(
                .reportAttemptStarted, session, "2", body: ["first_epoch": 2, "first_step": 11], token: second)
            #expect(try await losses("") == ["1.0"])
            #expect(try await losses("&attempts=all") == ["1.0", "2.0"])
        }
    }

    /// Steps that are not quite the places, some of them twice.
    private static func step(_ place: Int) -> Int64 { Int64(place % 7 == 0 ? place + 1 : place) }

    @Test("more points than a batch come in order, none twice and none left out")
    func batches() async throws {
        try await TestAPI.run { api in
            let (session, token) = try await api.running("long")
            let count = 20 * HistoryPlan.pieceCount + 1000
            for start in stride(from: 0, to: count, by: 20_000) {
                var steps: [JSONValue] = []
                var values: [JSONValue] = []
                for place in start..<min(count, start + 20_000) {
                    steps.append(.integer(Self.step(place)))
                    values.append(.number(Double(place)))
                }
                try await api.call(
                    .reportMetrics, session,
                    body: [
                        "attempt": 1,
                        "series": [
                            [
                                "name": "loss", "steps": .array(steps), "values": .array(values),
                            ]
                        ],
                    ], token: token)
            }
            let text = try await api.call(.exportSession, session, query: "format=csv").text
            var steps: [Int] = []
            for row in text.split(separator: "\n").dropFirst() {
                steps.append(try #require(Int(row.split(separator: ",")[4])))
            }
            var expected: [Int] = []
            for place in 0..<count { expected.append(Int(Self.step(place))) }
            #expect(steps == expected.sorted())
        }
    }

    @Test("a format that is not there, and none, are refused with those that are")
    func formats() async throws {
        try await TestAPI.run { api in
            let session = try await api.create()
            for query in ["", "format=xlsx"] {
                try await api.refused(
                    .exportSession, [session], TestAPI.Parts(query: query), 422, "invalid_field", field: "format")
            }
            try await api.refused(
                .exportSession, ["sess_none"], TestAPI.Parts(query: "format=csv"), 404, "not_found")
            #expect(
                try await api.call(.exportSession, session, query: "format=csv").text
                    == "session_id,metric,axis,attempt,step,epoch,time,value\n")
        }
    }
}

extension String {
    /// What follows each occurrence of `mark`.
    fileprivate func components(between mark: String) -> [Substring] {
        split(separator: mark, omittingEmptySubsequences: false).dropFirst().map { $0 }
    }
}

import API
import Application
import EventLog
import ExportFormats
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

    /// A session with points by step and by epoch, of which some are on their own.
    private static func session(_ api: TestAPI) async throws -> String {
        let (session, token) = try await api.running("wide")
        try await api.call(
            .reportMetrics, session,
            body: [
                "attempt": 1,
                "series": [
                    ["name": "loss", "steps": [1, 2, 2, 4], "values": [1, 2, 3, 4]],
                    ["name": "step", "steps": [2, 3], "values": ["NaN", 0.5]],
                ],
            ], token: token)
        try await api.complete(1, of: session, token, loss: 0.25)
        return session
    }

    @Test("in the wide form a step is a row, and several values at one step are as many")
    func wide() async throws {
        try await TestAPI.run { api in
            let session = try await Self.session(api)
            let query = "format=csv&layout=wide&metric_names=loss,st*"
            let rows = try await api.call(.exportSession, session, query: query).text.split(separator: "\n")
            #expect(rows[0] == "session_id,axis,attempt,step,epoch,time,loss,metric.step")
            let cells = rows.dropFirst().map { $0.split(separator: ",", omittingEmptySubsequences: false) }
            #expect(
                cells.map { [$0[1], $0[3], $0[6], $0[7]].joined(separator: " ") } == [
                    "step 1 1.0 ", "step 2 2.0 NaN", "step 2 3.0 ", "step 3  0.5", "step 4 4.0 ",
                ])
            let all = try await api.call(.exportSession, session, query: "format=jsonl&layout=wide").text
            let first = try JSONValue.parse(Array(all.split(separator: "\n")[0].utf8))
            #expect(first["axis"] == "epoch" && first["epoch"] == 1 && first["val_loss"] == 0.25)
        }
    }

    @Test("what broke off goes on with the next byte, in every format", arguments: ["csv", "parquet", "tensorboard"])
    func ranges(format: String) async throws {
        try await TestAPI.run { api in
            let session = try await Self.session(api)
            let whole = try await api.call(.exportSession, session, query: "format=\(format)")
            let tag = try #require(whole["etag"])
            let position = try #require(whole["x-read-position"])
            // What happens meanwhile changes nothing.
            _ = try await api.create()
            for headers in [["If-Range": tag], [:]] {
                let query = "format=\(format)" + (headers.isEmpty ? "&as_of=\(position)" : "")
                let part = try await api.call(
                    .exportSession, session, query: query, status: 206,
                    headers: headers.merging(["Range": "bytes=11-"]) { $1 })
                #expect(part.bytes == Array(whole.bytes.dropFirst(11)))
                #expect(part["content-range"] == "bytes 11-\(whole.bytes.count - 1)/\(whole.bytes.count)")
                #expect(part["etag"] == tag)
            }
            for headers in [["If-Range": "\"1-0\"", "Range": "bytes=11-"], ["Range": "bytes=11-"]] {
                try await api.call(.exportSession, session, query: "format=\(format)", status: 200, headers: headers)
            }
            try await api.refused(
                .exportSession, [session],
                TestAPI.Parts(query: "format=\(format)", headers: ["If-Range": tag, "Range": "bytes=99999999-"]), 416,
                "range_not_satisfiable")
        }
    }

    @Test("messages hold the points that the table holds, and a logdir is a folder of event files")
    func otherFormats() async throws {
        try await TestAPI.run { api in
            let session = try await Self.session(api)
            let answer = try await api.call(.exportSession, session, query: "format=protobuf&metric_names=loss")
            var reader = MessageTableReader()
            reader.add(answer.bytes)
            let points = try PointTable.points(in: try #require(try reader.next()))
            #expect(points.metric == "loss" && points.points.values == [1, 2, 3, 4])
            #expect(try reader.next() == nil && reader.isComplete)
            let tar = try await api.call(.exportSession, session, query: "format=tensorboard&attempts=all")
            let text = String(decoding: tar.bytes, as: UTF8.self)
            #expect(tar["content-type"] == "application/x-tar")
            #expect(text.contains("wide-\(session.suffix(8))/attempt-1/epochs/events.out.tfevents."))
            #expect(text.contains("epoch/val_loss") && text.contains("_hparams_/session_start_info"))
            #expect(tar.bytes.count % 512 == 0)
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
            for (query, field) in [
                ("format=csv&layout=tall", "layout"), ("format=tensorboard&layout=wide", "layout"),
                ("format=csv&metric_names=\(String(repeating: "a", count: 600))", "metric_names"),
                ("format=csv&attempts=some", "attempts"), ("format=csv&after=1", "after"),
            ] {
                try await api.refused(
                    .exportSession, [session], TestAPI.Parts(query: query), 422, "invalid_field", field: field)
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

import API
import Application
import Compression
import JSON
import Testing
import Tracking

/// Many metrics of many sessions in one answer.
@Suite("Histories of many sessions")
struct HistoriesTests {
    /// Two sessions with the metric `loss` by step and `val_loss` by epoch; the second one has no lr.
    private static func sessions(_ api: TestAPI) async throws -> [String] {
        try await running(api).map(\.session)
    }

    private static func running(_ api: TestAPI) async throws -> [(session: String, token: String)] {
        var sessions: [(session: String, token: String)] = []
        for (number, lr) in [Int64(1), 2].enumerated() {
            let (session, token) = try await api.running("seed \(lr)")
            sessions.append((session, token))
            let values: [JSONValue] =
                number == 0 ? [1, 2, "NaN", 4, "Infinity", 6, 7, 8] : [3, 4, 5, 6, 7, 8, 9, 10]
            try await api.call(
                .reportMetrics, session,
                body: [
                    "attempt": 1,
                    "series": [
                        [
                            "name": "loss", "steps": [10, 20, 30, 40, 50, 60, 70, 80], "values": .array(values),
                            "times": .array(Array(repeating: "2026-01-05T10:00:00Z", count: 8)),
                        ]
                    ],
                ], token: token)
            try await api.complete(1, of: session, token, loss: .integer(lr))
            if number == 0 { try await api.call(.updateSession, session, body: ["params": ["lr": 0.1]]) }
        }
        return sessions
    }

    private static func query(_ api: TestAPI, _ body: JSONValue, _ query: String = "") async throws -> TestAPI.Answer {
        try await api.call(.queryMetricHistories, query: query, body: body)
    }

    @Test("one answer has every series that the patterns name, session after session")
    func columns() async throws {
        try await TestAPI.run { api in
            let ids = try await Self.sessions(api)
            let body: JSONValue = [
                "session_ids": .array(ids.map { .string($0) }), "metric_names": ["*loss"], "smoothing": 0.6,
            ]
            let answer = try await Self.query(api, body)
            let series = try #require(answer.json["series"]?.arrayValue)
            #expect(
                series.compactMap { $0["metric_name"]?.stringValue }
                    == Array(repeating: ["loss", "train_loss", "val_loss"], count: 2).flatMap { $0 })
            #expect(
                series.compactMap { $0["session_id"]?.stringValue } == [ids[0], ids[0], ids[0], ids[1], ids[1], ids[1]])
            #expect(series[0]["steps"] == [10, 20, 30, 40, 50, 60, 70, 80])
            #expect(series[0]["values"] == [1.0, 2.0, "NaN", 4.0, "Infinity", 6.0, 7.0, 8.0])
            #expect(series[0]["nan_count"] == 1)
            #expect(series[0]["infinity_count"] == 1)
            #expect(series[0]["total_points"] == 8)
            #expect(series[2]["epochs"] == [1])
            #expect(series[2]["steps"] == [10])
            #expect(answer.json["total_sessions"] == 2)
            let get = try await api.call(
                .getMetricHistories, query: "session_ids=\(ids.joined(separator: ","))&metric_names=*loss&smoothing=0.6"
            )
            #expect(get.bytes == answer.bytes)
        }
    }

    @Test("a smoothed curve is the same at every zoom")
    func smoothing() async throws {
        try await TestAPI.run { api in
            let (session, token) = try await api.running("curve")
            let count = 3000
            let values = (0..<count).map { JSONValue.number(Double(($0 * 7919) % 1000)) }
            try await api.call(
                .reportMetrics, session,
                body: [
                    "attempt": 1,
                    "series": [
                        [
                            "name": "loss", "steps": .array((0..<count).map { .integer(Int64($0)) }),
                            "values": .array(values),
                        ]
                    ],
                ], token: token)
            func curve(_ more: JSONObject) async throws -> [Int64: JSONValue] {
                var body: JSONObject = ["session_ids": [.string(session)], "metric_names": ["loss"], "smoothing": 0.9]
                for (key, value) in more { body.append(value, forKey: key) }
                let series = try await Self.query(api, .object(body)).json["series"]?.arrayValue?.first
                let steps = try #require(series?["steps"]?.arrayValue).compactMap(\.integerValue)
                let smoothed = try #require(series?["smoothed_values"]?.arrayValue)
                return Dictionary(uniqueKeysWithValues: zip(steps, smoothed))
            }
            let whole = try await curve([:])
            #expect(whole.count == count)
            var average = ExponentialAverage(weight: 0.9)
            for step in 0..<count {
                let expected = average.next(Double((step * 7919) % 1000))
                #expect(whole[Int64(step)]?.doubleValue == expected)
            }
            for more: JSONObject in [
                ["max_points": 100], ["start_step": 1000, "end_step": 1999], ["start_step": 500, "max_points": 40],
            ] {
                let part = try await curve(more)
                #expect(part.count > 20 && part.count < count)
                for (step, value) in part { #expect(whole[step] == value) }
            }
        }
    }

    @Test("groups have statistics at each place, of those that have a value there")
    func groups() async throws {
        try await TestAPI.run { api in
            let ids = try await Self.sessions(api)
            let all: JSONValue = [
                "session_ids": .array(ids.map { .string($0) }), "metric_names": ["loss"],
                "aggregate": ["by": "status", "statistics": ["mean", "count", "max", "std"]],
            ]
            let groups = try #require(try await Self.query(api, all).json["groups"]?.arrayValue)
            #expect(groups.count == 1)
            #expect(groups[0]["group"] == "running")
            #expect(groups[0]["places"]?.arrayValue?.compactMap(\.doubleValue) == [10, 20, 30, 40, 50, 60, 70, 80])
            #expect(groups[0]["mean"] == [2.0, 3.0, 5.0, 5.0, 7.0, 7.0, 8.0, 9.0])
            #expect(groups[0]["count"] == [2, 2, 1, 2, 1, 2, 2, 2])
            #expect(groups[0]["std"]?.arrayValue?[2] == "NaN")
            #expect(groups[0]["median"] == nil)
            let byRate: JSONValue = [
                "filter": "status = running", "metric_names": ["val_loss"], "aggregate": ["by": "params.lr"],
            ]
            let rates = try #require(try await Self.query(api, byRate).json["groups"]?.arrayValue)
            #expect(rates.map { $0["group"] } == [0.1, nil])
            #expect(rates.map { $0["axis"] } == ["epoch", "epoch"])
            #expect(rates.map { $0["mean"] } == [[1.0], [2.0]])
            let few: JSONValue = [
                "session_ids": .array(ids.map { .string($0) }), "metric_names": ["loss"], "max_points": 4,
                "aggregate": ["by": "experiment", "statistics": ["mean", "count"]],
            ]
            let wide = try #require(try await Self.query(api, few).json["groups"]?.arrayValue?.first)
            #expect(wide["bucket_width"] == 18.0)
            #expect(wide["places"] == [10, 28, 46, 64])
            #expect(wide["mean"] == [2.5, 4.75, 6.75, 8.5])
        }
    }

    @Test("the tag stays while nothing new comes of the series, and changes when something does")
    func tags() async throws {
        try await TestAPI.run { api in
            let (session, lease) = try await Self.running(api)[0]
            let query = "session_ids=\(session)&metric_names=loss"
            let first = try await api.call(.getMetricHistories, query: query)
            let tag = try #require(first["ETag"])
            func status(_ query: String) async throws -> Int {
                let target = API.Operation.getMetricHistories.target()
                return try await api.ask(
                    "GET", target, TestAPI.Parts(query: query, headers: ["If-None-Match": tag])
                ).status
            }
            #expect(try await status(query) == 304)
            #expect(try await status(query + "&max_points=10") == 200)
            #expect(try await status(query + "&format=csv") == 200)
            let (other, token) = try await api.running("another")
            try await api.complete(1, of: other, token)
            #expect(try await status(query) == 304)
            try await api.call(
                .reportMetrics, session,
                body: ["attempt": 1, "series": [["name": "loss", "steps": [90], "values": [1]]]], token: lease)
            #expect(try await status(query) == 200)
        }
    }

    @Test("rows have every point, side by side or one below the other")
    func rows() async throws {
        try await TestAPI.run { api in
            let ids = try await Self.sessions(api)
            let target = API.Operation.getMetricHistories.target()
            func text(_ query: String) async throws -> [Substring] {
                let answer = try await api.ask("GET", target, TestAPI.Parts(query: query))
                #expect(answer.status == 200, "\(answer.text)")
                return answer.text.split(separator: "\n")
            }
            let named = "session_ids=\(ids.joined(separator: ","))&metric_names=loss"
            let long = try await text(named + "&format=csv")
            #expect(long[0] == "session_id,session_name,metric,axis,step,time,value")
            #expect(long.count == 17)
            #expect(long[3].hasPrefix("\(ids[0]),seed 1,loss,step,30,1767607200.0,NaN"))
            let wide = try await text(named + "&format=csv&layout=wide")
            #expect(wide[0] == "step,\(ids[0])/loss,\(ids[1])/loss")
            #expect(wide[1] == "10,1.0,3.0")
            #expect(wide[5] == "50,inf,7.0")
            #expect(wide.count == 9)
            let lines = try await text(named + "&format=ndjson").map { try JSONValue.parse(Array($0.utf8)) }
            #expect(lines.count == 16)
            #expect(lines[2]["value"] == "NaN")
            #expect(lines[2]["step"] == 30)
            let all = try await text("session_ids=\(ids[0])&format=csv")
            #expect(all[0] == "session_id,session_name,metric,axis,step,epoch,time,value")
            #expect(all.count == 12)
            let answer = try await api.ask(
                "GET", target,
                TestAPI.Parts(query: named + "&format=ndjson", headers: ["Accept-Encoding": "gzip, zstd;q=0.5"]))
            #expect(answer["Content-Encoding"] == "gzip")
            let unpacked = try Zlib.decompress(answer.bytes, .gzip, maximumByteCount: 1 << 20)
            #expect(String(decoding: unpacked, as: UTF8.self).split(separator: "\n").count == 16)
        }
    }

    @Test("what cannot be answered is refused by the field that is to blame")
    func refusals() async throws {
        try await TestAPI.run { api in
            let ids = try await Self.sessions(api)
            let own: JSONObject = ["session_ids": [.string(ids[0])]]
            let wrong: [(JSONObject, String)] = [
                ([:], "session_ids"), (["filter": "", "session_ids": ["a"]], "filter"), (["filter": "a ="], "filter"),
                (["axis": "step", "start_epoch": 1], "start_epoch"), (["smoothing": 1], "smoothing"),
                (["start_step": 5, "end_step": 4], "start_step"), (["max_points": 3], "max_points"),
                (["aggregate": ["by": "nothing"]], "aggregate.by"), (["metric_names": [""]], "metric_names[0]"),
                (["aggregate": ["by": "tag"], "attempts": "all"], "attempts"), (["as_of": 1_000_000], "as_of"),
                (["aggregate": ["by": "tag", "statistics": ["mode"]]], "aggregate.statistics[0]"),
                (["axes": "step"], "axes"),
                (["aggregate": ["by": "tag"], "max_points": 20_000], "max_points"), (["limit": 5], "limit"),
            ]
            for (fields, name) in wrong {
                var body = fields["filter"] == nil && !fields.isEmpty ? own : [:]
                for (key, value) in fields { body.append(value, forKey: key) }
                try await api.refused(
                    .queryMetricHistories, [],
                    TestAPI.Parts(body: JSONValue.object(body).encoded(), type: "application/json"), 422,
                    "invalid_field", field: name)
            }
            for (query, name) in [
                ("layout=wide", "layout"), ("format=xlsx", "format"), ("statistics=mean", "statistics"),
                ("format=csv&layout=wide", "axis"), ("start_time=now", "start_time"),
            ] {
                try await api.refused(
                    .getMetricHistories, [], TestAPI.Parts(query: "session_ids=\(ids[0])&" + query), 422,
                    "invalid_field",
                    field: name)
            }
            try await api.refused(
                .getMetricHistories, [], TestAPI.Parts(query: "session_ids=sess_none"), 404, "not_found")
            try await api.refused(
                .getMetricHistories, [],
                TestAPI.Parts(query: "session_ids=\(ids[0])", headers: ["Accept": "image/png"]), 406, "not_acceptable")
        }
    }
}

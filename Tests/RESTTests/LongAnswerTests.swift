import API
import Application
import JSON
import ReadModels
import Testing
import TrackerTesting
import Tracking

/// Answers that are read and sent piece by piece.
@Suite("Long answers")
struct LongAnswerTests {
    private static let count = 20_000

    /// A session with `count` points of `loss`, the first of which is no number, and one of `other`.
    private static func session(_ api: TestAPI) async throws -> String {
        let (session, token) = try await api.running("long")
        let steps = (1...count).map { JSONValue.integer(Int64($0)) }
        let values = (1...count).map { $0 == 1 ? "NaN" : JSONValue.number(Double($0) / 3) }
        try await api.call(
            .reportMetrics, session,
            body: [
                "attempt": 1,
                "series": [
                    ["name": "loss", "steps": .array(steps), "values": .array(values)],
                    ["name": "other", "steps": [7], "values": [0.5]],
                ],
            ], token: token)
        return session
    }

    @Test("a history of many points has them all, in the form of a short one")
    func history() async throws {
        try await TestAPI.run { api in
            let session = try await Self.session(api)
            let short = try await api.call(
                .getMetricHistory, session, query: "metric_name=loss&end_step=10&nonfinite=null")
            let long = try await api.call(.getMetricHistory, session, query: "metric_name=loss&nonfinite=null")
            #expect(long.json["steps"]?.arrayValue?.count == Self.count)
            #expect(long.json["timestamps"]?.arrayValue?.count == Self.count)
            #expect(long.json["values"]?.arrayValue?.first == .null)
            #expect(long.json["values"]?.arrayValue?.last == .number(Double(Self.count) / 3))
            #expect(long.json["nan_count"] == 1)
            #expect(long.json["total_points"] == .integer(Int64(Self.count)))
            #expect(long.json.objectValue?.keys == short.json.objectValue?.keys)
            #expect(long["x-read-position"] == short["x-read-position"])
            let all = try await api.call(.getMetricHistory, session, query: "nonfinite=null")
            #expect(all.json["metrics"]?["loss"] == long.json)
            #expect(all.json["metrics"]?["other"]?["values"] == [0.5])
            #expect(all.json["total_points"] == .integer(Int64(Self.count + 1)))
            let graph = try await api.call(.getMetricGraph, "loss", session)
            #expect(graph.json["series"]?.arrayValue?.first?["x"]?.arrayValue?.count == Self.count)
            #expect(graph.json["series"]?.arrayValue?.first?["y"]?.arrayValue?.first == "NaN")
        }
    }

    @Test("one more long answer than may be given is refused, short ones are given, and there is room again afterwards")
    func limit() async throws {
        try await TestAPI.run { api in
            let session = try await Self.session(api)
            let reads = api.tracker.core.readModels.longReads
            var held = try (0..<64).map { _ in try reads.begin() }
            let long: [(API.Operation, [String], String)] = [
                (.getMetricHistory, [session], "metric_name=loss"), (.getMetricHistory, [session], ""),
                (.getMetricGraph, ["loss", session], ""), (.exportSession, [session], "format=csv"),
                (.getEvents, [], "limit=5000"),
            ]
            for (operation, values, query) in long {
                let answer = try await api.refused(
                    operation, values, TestAPI.Parts(query: query), 503, "too_many_long_reads")
                #expect(answer["retry-after"] == "5")
            }
            try await api.call(.getMetricHistory, session, query: "metric_name=loss&max_points=1000")
            try await api.call(.getEvents, query: "limit=1000")
            held.removeLast()
            // Each gives its place back, whether it is sent or dropped.
            for _ in 1...2 {
                for (operation, values, query) in long {
                    let (target, parts) = (operation.target(values), TestAPI.Parts(query: query))
                    #expect(try await api.ask("GET", target, parts).status == 200)
                    #expect(try await api.ask("HEAD", target, parts).status == 200)
                }
            }
        }
    }
}

import ReadModels
import SwiftProtobuf
import TestSupport
import Testing
import Tracking

/// What lists, filters and orders know of a metric.
struct MetricSummaryTests {
    private static func summaries(_ script: EventScript, asOf: LogPosition? = nil) throws -> [MetricSummary] {
        try summaries(script.events, asOf: asOf)
    }

    private static func summaries(_ events: [RecordedEvent], asOf: LogPosition? = nil) throws -> [MetricSummary] {
        try Documents(events).models.read(asOf: asOf) { snapshot in
            guard let session = try snapshot.session(Documents.session) else { return [] }
            return try snapshot.metricSummaries(of: session)
        }
    }

    @Test("A metric reported by step alone has its numbers by step")
    func steps() throws {
        var script = try EventScript.running()
        try script.report("loss", steps: [1, 2, 3], values: [0.5, .nan, 0.25], times: [10, 20, 30])
        try script.report("loss", steps: [4, 5], values: [.infinity, 0.75], times: [40, 50])
        let summary = try #require(try Self.summaries(script).first)
        #expect(summary.name == "loss" && summary.epochs == MetricSummary.Axis())
        #expect(summary.steps.count == 5 && summary.steps.nanCount == 1 && summary.steps.infinityCount == 1)
        #expect(summary.steps.first == .init(place: 1, time: 10, value: 0.5))
        #expect(summary.steps.last == .init(place: 5, time: 50, value: 0.75))
        #expect(summary.steps.minimum == .init(place: 3, time: 30, value: 0.25))
        #expect(summary.steps.maximum == .init(place: 5, time: 50, value: 0.75))
        #expect(summary.latest?.value == 0.75)
    }

    @Test("An epoch's value comes before a later step's")
    func epochsFirst() throws {
        var script = try EventScript.running()
        try script.report("loss", steps: [1, 2], values: [3, 2])
        try script.complete(epoch: 1, [.named("loss", 1)])
        try script.report("loss", steps: [11], values: [7])
        let summary = try #require(try Self.summaries(script).first)
        #expect(summary.latest?.value == 1 && summary.value(.max) == 1 && summary.value(.count) == 1)
        #expect(summary.steps.last?.value == 7 && summary.steps.count == 3)
    }

    @Test("What a later attempt did again does not count, also when it comes late")
    func superseded() throws {
        var script = try EventScript.running()
        try script.report("loss", steps: [1, 2, 3, 4], values: [4, 3, 1, 9])
        try script.report("gone", steps: [4], values: [1])
        for epoch in 1...3 { try script.complete(epoch: UInt32(epoch), [.named("m", Double(epoch))]) }
        let before = script.head
        try script.startAttempt(2, epoch: 2, step: 3)
        let summaries = try Self.summaries(script)
        #expect(summaries.map(\.name) == ["loss", "m"])
        #expect(summaries[0].steps.count == 2 && summaries[0].value(.min) == 3 && summaries[0].value(.max) == 4)
        #expect(summaries[1].epochs.count == 1 && summaries[1].latest?.value == 1)
        try script.report(attempt: 1, "loss", steps: [2, 5], values: [2, 0])
        try script.report(attempt: 2, "loss", steps: [3], values: [2.5])
        let after = try Self.summaries(script)
        #expect(after[0].steps.count == 4 && after[0].value(.min) == 2 && after[0].latest?.value == 2.5)
        let past = try Self.summaries(script, asOf: before)
        #expect(past.map(\.name) == ["gone", "loss", "m"])
        #expect(past[1].steps.count == 4 && past[1].value(.min) == 1 && past[2].latest?.value == 3)
    }

    @Test("Of points at the same step and time the last one to come is the last, as of every position")
    func equalPlaces() throws {
        var script = try EventScript.running()
        // The second report begins a segment and ends in it, though an earlier one could go on with the same step.
        try script.report("loss", steps: [5, 9], values: [1, 2], times: [50, 90])
        try script.report("loss", steps: [5], values: [3], times: [50])
        try script.report("loss", steps: [9], values: [4], times: [90])
        try script.report("loss", steps: [5, 9, 5, 9], values: [1, 5, 1, 6], times: [50, 90, 50, 90])
        try script.report("loss", steps: [9], values: [6], times: [90])
        let head = script.head.rawValue
        for length in (head - 4)...head {
            let then = try Self.summaries(Array(script.events.prefix(Int(length))))
            #expect(then == (try Self.summaries(script, asOf: LogPosition(length))))
        }
        #expect(try Self.summaries(script, asOf: LogPosition(head - 2)).first?.steps.last?.value == 4)
    }

    @Test("As of every position a summary is what adding the points one after another makes", arguments: 0..<6)
    func alike(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        var script = try EventScript.running()
        for report in 1...30 {
            let count = Int.random(in: 1...6, using: &random)
            let steps = (0..<count).map { _ in Int64.random(in: 1...4, using: &random) }
            try script.report(
                "loss", steps: steps, values: steps.map { _ in Double(Int.random(in: 0...2, using: &random)) },
                times: steps.map { $0 * 10 })
            if report == 15 { try script.startAttempt(2, epoch: 1, step: 3) }
        }
        let growing = try TemporaryDirectory(isInMemory: true)
        let models = try ReadModels(folder: growing.path)
        for event in script.events {
            let position = try models.apply([event])
            let session = try models.read { try $0.session(Documents.session) }
            guard let session else { continue }
            let then = try models.read { try $0.metricSummaries(of: session) }
            #expect(then == (try Self.summaries(script, asOf: position)), "As of \(position)")
        }
    }

    @Test("Lists find and order sessions by what was only reported by step")
    func lists() throws {
        var script = EventScript()
        for (name, value) in [("sess_a", 3.0), ("sess_b", 1.0), ("sess_c", 2.0)] {
            try script.append(.created(.with { $0.name = name }), to: name)
            try script.append(
                .metricsReported(.with { $0.series = [.points("loss", steps: [1, 2], values: [9, value])] }), to: name)
        }
        try script.append(.created(.with { $0.name = "sess_d" }), to: "sess_d")
        let expectations: [(filter: String?, order: String, names: [String])] = [
            (nil, "metrics.loss", ["sess_b", "sess_c", "sess_a", "sess_d"]),
            (nil, "-metrics.loss.last", ["sess_a", "sess_c", "sess_b", "sess_d"]),
            ("metrics.loss < 3", "metrics.loss", ["sess_b", "sess_c"]),
            ("metrics.loss.max = 9 and metrics.loss.min >= 2", "name", ["sess_a", "sess_c"]),
            ("not metrics.loss exists", "name", ["sess_d"]),
        ]
        try Documents(script).models.read { snapshot throws in
            for expectation in expectations {
                var sought = SessionFilter()
                if let filter = expectation.filter { sought.condition = try SessionCondition(filter) }
                let order = try #require(SessionOrder(expectation.order))
                #expect(try snapshot.sessions(sought, order: order).sessions.map(\.name) == expectation.names)
            }
        }
    }
}

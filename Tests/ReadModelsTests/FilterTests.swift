import ReadModels
import SwiftProtobuf
import TestSupport
import Testing
import Tracking

/// The filter language and the lists that use it.
struct FilterTests {
    private static func session() -> SessionDocument {
        .with {
            $0.sessionID = "sess_a"
            $0.name = "Lung one"
            $0.status = "running"
            $0.experiment = "ct"
            $0.tags = ["night", "gpu"]
            $0.notes = "A long note"
            $0.currentEpoch = 3
            $0.createdAt = Timestamp("2026-02-03T04:05:06Z")?.rawValue ?? 0
            $0.params = [
                .number("train.learning_rate", 0.001), .text("train.optimizer", "adam"), .text("count", "12"),
                .with {
                    $0.name = "train.amp"; $0.flag = true
                },
            ]
            $0.finalMetrics = [.named("score", 7)]
            $0.monitor = "acc"
        }
    }

    /// The session's metrics, each with these values by epoch from 1.
    private static let metrics: [String: MetricSummary] = [
        "loss/val": [.nan], "val_loss": [0.125, 0.75, 0.25], "acc": [0.5, 0.875, 0.75], "val_loss.max": [5],
    ].reduce(into: [:]) { summaries, metric in
        var summary = MetricSummary(name: metric.key)
        for (index, value) in metric.value.enumerated() {
            summary.epochs.add(.init(place: Int64(index + 1), time: 0, value: value))
        }
        summaries[metric.key] = summary
    }

    private static func holds(_ text: String) throws(SessionConditionError) -> Bool {
        let condition = try SessionCondition(text)
        let names = condition.metricNames
        return condition.holds(of: session(), metrics.filter { names.contains($0.key) })
    }

    @Test(
        "A condition that holds",
        arguments: [
            "status = running", "status in (failed, running)", "status != completed", "name ~ LUNG",
            "name = \"Lung one\"", "params.train.learning_rate < 0.01", "params.train.learning_rate = 1e-3",
            "params.\"train.optimizer\" = adam", "params.train.amp = true", "params.count > 11.5",
            "metrics.val_loss <= .25 and epoch >= 3", "metrics.score = 7", "not metrics.val_loss > 1",
            "metrics.'loss/val' exists", "not metrics.loss/val = 0", "not metrics.none exists", "tags = gpu",
            "tags != cpu", "tags in (cpu, night)", "tags ~ nig", "created_at >= 2026-02-03",
            "created_at < \"2026-02-03T04:05:07Z\"", "archived = false",
            "status = failed or (name ~ one and not (tags = cpu))", "NOT status = failed AND experiment = ct",
            "params.train.optimizer not in (sgd)", "notes !~ short", "not started_at exists",
            "metrics.val_loss.min = 0.125", "metrics.val_loss.first = 0.125", "metrics.val_loss.last = 0.25",
            "metrics.val_loss.count = 3", "metrics.val_loss.best = 0.125", "metrics.acc.max = 0.875",
            "metrics.acc.best = 0.5", "metrics.val_loss.max = 5", "metrics.loss/val.count = 1",
        ])
    func holds(text: String) throws {
        #expect(try Self.holds(text))
    }

    @Test(
        "A condition that does not hold, also because there is nothing to compare",
        arguments: [
            "status = failed", "metrics.none < 1", "metrics.none != 1", "not tags = gpu", "params.count > 12",
            "params.train.optimizer > 3", "group = a", "group != a", "started_at < 2026-02-03", "epoch > 3",
            "status = running and name ~ two", "tags not in (gpu)", "metrics.loss/val < 1", "metrics.loss/val > 1",
            "metrics.loss/val.min exists", "metrics.val_loss.median exists", "metrics.none.min exists",
        ])
    func doesNotHold(text: String) throws {
        #expect(try !Self.holds(text))
    }

    @Test(
        "What cannot be read is refused at its place",
        arguments: [
            ("", SessionConditionError.Code.unexpectedEnd, 0), ("status", .unexpectedEnd, 6),
            ("status =", .unexpectedEnd, 8), ("status = maybe", .unsuitableValue, 9),
            ("colour = red", .unknownField, 0),
            ("params. = 1", .unknownField, 0), ("epoch = many", .unsuitableValue, 8), ("name = \"x", .openString, 7),
            ("(epoch = 1", .unexpectedEnd, 10), ("epoch = 1)", .unexpected, 9),
            ("epoch = 1 epoch = 2", .unexpected, 10),
            ("epoch ! 1", .unexpected, 6), ("epoch in 1", .unexpected, 9),
            ("created_at > yesterday", .unsuitableValue, 13),
            ("archived = 1", .unsuitableValue, 11), ("epoch ~ 1", .unsuitableValue, 8), ("# = 1", .unexpected, 0),
        ])
    func refusals(text: String, code: SessionConditionError.Code, place: Int) throws {
        let error = #expect(throws: SessionConditionError.self) { try SessionCondition(text) }
        #expect(error?.code == code && error?.byteOffset == place, "\(String(describing: error))")
    }

    @Test("Deep and long filters are refused, and no text whatever traps", arguments: 0..<50)
    func anyText(seed: UInt64) throws {
        let deep = String(repeating: "(", count: 2000)
        #expect(throws: SessionConditionError.self) { try SessionCondition(deep) }
        #expect(throws: SessionConditionError.self) { try SessionCondition(String(repeating: "a", count: 5000)) }
        var random = SeededGenerator(seed: seed)
        let pieces = [
            "status", "=", "<", "(", ")", "and", "or", "not", "in", "'", "\"", "1", "params.x", "~", "!", ",", "\\",
            "é",
        ]
        for _ in 0..<200 {
            let count = Int.random(in: 0..<12, using: &random)
            let text = (0..<count).compactMap { _ in pieces.randomElement(using: &random) }
                .joined(separator: random.once(in: 2) ? " " : "")
            do throws(SessionConditionError) {
                _ = try Self.holds(text)
            } catch {
                #expect(error.byteOffset <= text.utf8.count)
            }
        }
    }

    @Test("Lists are filtered, sorted and cut into pages; the total counts what the filter lets through")
    func lists() throws {
        var script = EventScript()
        for number in 0..<20 {
            let id = "sess_\(number)"
            try script.append(
                .created(
                    .with {
                        $0.name = "name \((number * 7) % 20)"
                        $0.tags = number % 2 == 0 ? ["even"] : ["odd", "Tag\(number)"]
                        $0.experiment = number < 10 ? "low" : "high"
                        $0.params = [.number("lr", Double(number % 5))]
                    }), to: id)
            if number % 4 == 0 { try script.append(.startRequested(StartRequested()), to: id) }
            if number % 3 == 0 {
                try script.append(
                    .epochCompleted(
                        .with {
                            $0.epoch = 1; $0.metrics = [.named("loss", Double(number))]
                        }), to: id)
            }
            if number == 19 { try script.append(.archived(Archived()), to: id) }
        }
        let models = try Documents(script).models
        func ids(_ change: (inout SessionFilter) throws -> Void, _ order: String = "-created_at") throws -> [Int] {
            var filter = SessionFilter()
            try change(&filter)
            let order = SessionOrder(order) ?? .newestFirst
            return try models.read { try $0.sessions(filter, order: order) }.sessions
                .compactMap { Int($0.sessionID.dropFirst(5)) }
        }
        #expect(try ids { _ in } == Array((0..<19).reversed()))
        #expect(try ids { $0.includesArchived = true }.count == 20)
        #expect(try ids { $0.statuses = [.queued] } == [16, 12, 8, 4, 0])
        #expect(try ids { $0.tags = ["odd", "Tag3"] } == [3])
        #expect(
            try ids {
                $0.experiment = "low"; $0.text = "NAME tag"
            } == [9, 7, 5, 3, 1])
        #expect(try ids { $0.condition = try SessionCondition("params.lr = 4 and status != queued") } == [14, 9])
        #expect(try ids({ _ in }, "metrics.loss").prefix(4) == [0, 3, 6, 9])
        #expect(try ids({ _ in }, "-metrics.loss").prefix(3) == [18, 15, 12])
        #expect(try ids({ _ in }, "created_at") == Array(0..<19))
        #expect(try ids({ _ in }, "-params.lr").prefix(4) == [14, 9, 4, 18])
        #expect(try ids({ _ in }, "name").prefix(3) == [0, 3, 10])
        let page = try models.read { snapshot in try snapshot.sessions(limit: 5, offset: 16) }
        #expect(page.sessions.map(\.sessionID) == ["sess_2", "sess_1", "sess_0"] && page.total == 19)
        #expect(try models.read { try $0.sessions(limit: 5, offset: 100) }.sessions.isEmpty)
        #expect(SessionOrder("colour") == nil)
    }
}

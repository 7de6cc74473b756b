import API
import Application
import Hummingbird
import JSON
import Tracking
import WebServer

/// Epoch records, metric history and graphs.
struct MetricEndpoints {
    let tracker: Tracker

    var all: [Endpoint] {
        [
            Endpoint(.getSessionMetrics) { try await records($0, try $0.sessionID()) },
            Endpoint(.getLatestMetricRecords) { try await records($0, nil) },
            Endpoint(.getMetricRecords) { try await records($0, try $0.sessionID()) },
            Endpoint(.getLatestSessionLatestMetrics) { try await latest($0, nil) },
            Endpoint(.getLatestMetrics) { try await latest($0, try $0.sessionID()) },
            Endpoint(.getMetricNames, names), Endpoint(.getMetricHistory, history),
            Endpoint(.getLatestEpochs) { try await epochs($0, nil) },
            Endpoint(.getSessionEpochs) { try await epochs($0, try $0.sessionID()) },
            Endpoint(.getLatestLossGraph) { try await graph($0, nil, .loss) },
            Endpoint(.getLossGraph) { try await graph($0, try $0.sessionID(), .loss) },
            Endpoint(.getLatestLearningRateGraph) { try await graph($0, nil, .learningRate) },
            Endpoint(.getLearningRateGraph) { try await graph($0, try $0.sessionID(), .learningRate) },
            Endpoint(.getLatestMetricGraph) { try await graph($0, nil, try Curves(metricInPathOf: $0)) },
            Endpoint(.getMetricGraph) { try await graph($0, try $0.sessionID(), try Curves(metricInPathOf: $0)) },
            Endpoint(.getLatestGPUUsageGraph) { try await gpuUsage($0, nil) },
            Endpoint(.getGPUUsageGraph) { try await gpuUsage($0, try $0.sessionID()) },
        ]
    }

    private func records(_ call: Call, _ session: Session.ID?) async throws -> Response {
        let metric = try call.metricName()
        let nonfinite = try call.query.nonfinite()
        return try await epochs(call, session, metric: metric, isCounted: true) { epochs, writer in
            var list = EpochRecordList()
            list.sessionID = epochs.session.sessionID
            list.total = epochs.total ?? epochs.records.count
            let records = epochs.records.lazy.map { record in
                let metrics = [MetricValue](record.metrics)
                return EpochRecord(
                    epoch: Int(record.epoch), timestamp: Timestamp(rawValue: record.time),
                    metrics: metric.map { name in metrics.filter { $0.name == name } } ?? metrics)
            }
            try await writer.list(list, "metrics", records, nonfinite)
        }
    }

    /// The epochs of a session, written by `write`: a long answer when there are many.
    private func epochs(
        _ call: Call, _ session: Session.ID?, metric: String? = nil, isCounted: Bool,
        _ write: @escaping @Sendable (Queries.Epochs, inout AnswerWriter) async throws -> Void
    ) async throws -> Response {
        let (latest, allAttempts) = (try call.query.limit(), try call.wantsAllAttempts())
        let freshness = try call.freshness()
        let session = try await tracker.queries.session(orLatest: session, freshness)
        let cost = try await tracker.queries.epochCost(
            of: session, latest: metric == nil ? latest : nil, isCounted: isCounted, freshness)
        return try await tracker.reading(cost: cost) { longRead in
            let answer = try await tracker.queries.epochs(
                of: session, metric: metric, latest: latest, allAttempts: allAttempts, isCounted: isCounted, freshness)
            return try await .written(.json(at: answer.position), longRead) { try await write(answer.value, &$0) }
        }
    }

    private func latest(_ call: Call, _ session: Session.ID?) async throws -> Response {
        .read(try await tracker.queries.sessionOrLatest(session, try call.freshness())) { view in
            let metrics = view.latestMetrics.map { MetricValue(name: $0.name, value: $0.value) }
            var latest = LatestMetrics()
            latest.sessionID = view.document.sessionID
            latest.epoch = Int(view.document.currentEpoch)
            latest.timestamp = view.metrics.compactMap { $0.latest?.time }.max().map { Timestamp(rawValue: $0) }
            latest.metrics = metrics.finite
            latest.nonfiniteMetrics = metrics.nonfiniteNames
            return latest
        }
    }

    @Sendable private func names(_ call: Call) async throws -> Response {
        .read(
            try await tracker.queries.session(try call.sessionID(), try call.freshness()),
            nonfinite: try call.query.nonfinite()
        ) { view in
            var list = MetricNameList()
            list.sessionID = view.document.sessionID
            list.metrics = view.metrics.map { MetricNameList.Entry($0) }
            list.total = view.metrics.count
            return list
        }
    }

    private func epochs(_ call: Call, _ session: Session.ID?) async throws -> Response {
        let nonfinite = try call.query.nonfinite()
        return try await epochs(call, session, isCounted: false) { epochs, writer in
            var list = EpochList()
            list.sessionID = epochs.session.sessionID
            list.currentEpoch = Int(epochs.session.currentEpoch)
            list.totalEpochs = Int(epochs.session.totalEpochs)
            let records = epochs.records.lazy.map { record in
                var epoch = EpochList.Epoch()
                epoch.epoch = Int(record.epoch)
                epoch.timestamp = Timestamp(rawValue: record.time)
                epoch.step = Int(clamping: record.step)
                epoch.attempt = Int(record.attempt)
                epoch.isSuperseded = epochs.isSuperseded(record)
                epoch.metrics = [MetricValue](record.metrics)
                return epoch
            }
            try await writer.list(list, "epochs", records, nonfinite)
        }
    }

    // MARK: History

    @Sendable private func history(_ call: Call) async throws -> Response {
        let session = try call.sessionID()
        let bounds = try bounds(call.query)
        var query = MetricHistoryQuery(
            session: session, metric: "", axis: bounds.axis, start: bounds.start, end: bounds.end,
            maximumPoints: try call.query.integer("max_points", in: 4...100_000),
            allAttempts: try call.wantsAllAttempts())
        let nonfinite = try call.query.nonfinite()
        let freshness = try call.freshness()
        let name = try call.metricName()
        query.metric = name ?? ""
        let cost = try await tracker.queries.cost(of: query, metrics: name.map { [$0] }, freshness)
        return try await tracker.reading(cost: cost) { [query, queries = tracker.queries] longRead in
            guard name != nil else {
                let names = try await queries.metricNames(of: session, freshness)
                return try await .written(.json(at: names.position), longRead) { writer in
                    try await writer.histories(of: session, names.value.map(\.name), axis: query.axis, nonfinite) {
                        try await queries.history(query.of($0), asOf: names.position, .stale).value
                    }
                }
            }
            let answer = try await queries.history(query, freshness)
            let alternatives =
                answer.value.pointCount == 0
                ? try await queries.alternatives(to: query, asOf: answer.position) : nil
            return try await .written(.json(at: answer.position), longRead) { writer in
                try await writer.history(answer.value, of: session, alternatives: alternatives, nonfinite)
            }
        }
    }

    /// The axis and the bounds on it: `start_epoch` and `end_epoch`, `start_step` and `end_step`, or `start_time` and
    /// `end_time`, of which those that are given decide the axis when nothing else does.
    private func bounds(
        _ query: QueryReader
    ) throws -> (axis: MetricHistoryQuery.Axis?, start: Int64?, end: Int64?) {
        func names(_ axis: MetricHistoryQuery.Axis) -> [String] { ["start_\(axis.rawValue)", "end_\(axis.rawValue)"] }
        let bounded = MetricHistoryQuery.Axis.allCases.first { names($0).contains { query.text($0) != nil } }
        guard let axis = try query.choice("axis", of: MetricHistoryQuery.Axis.self) ?? bounded else {
            return (nil, nil, nil)
        }
        func bound(_ name: String) throws -> Int64? {
            guard axis == .time else { return try query.integer(name, in: 0...Int.max).map { Int64($0) } }
            guard let text = query.text(name) else { return nil }
            guard let time = Timestamp(text) else {
                throw FieldError(name, "must be a time such as 2026-01-31T12:00:00Z, not '\(text)'")
            }
            return time.rawValue
        }
        for other in MetricHistoryQuery.Axis.allCases where other != axis {
            for name in names(other) where query.text(name) != nil {
                throw FieldError(name, "needs axis=\(other.rawValue), not \(axis.rawValue)")
            }
        }
        let start = try bound("start_\(axis.rawValue)")
        let end = try bound("end_\(axis.rawValue)")
        if let start, let end, start > end {
            throw FieldError("start_\(axis.rawValue)", "must not be after end_\(axis.rawValue)")
        }
        return (axis, start, end)
    }

    // MARK: Graphs

    /// Metrics that are drawn together.
    fileprivate struct Curves {
        var title: String
        var yLabel: String
        var metrics: [String]
        /// Drawn when there are none of those.
        var substitute: String?

        static let loss = Curves(
            title: "Loss", yLabel: "Loss", metrics: ["train_loss", "val_loss"], substitute: "loss")
        static let learningRate = Curves(
            title: "Learning rate", yLabel: "Learning rate", metrics: ["learning_rate"], substitute: "lr")
    }

    private func graph(_ call: Call, _ session: Session.ID?, _ curves: Curves) async throws -> Response {
        let freshness = try call.freshness()
        let nonfinite = try call.query.nonfinite()
        let maximumPoints = try maximumPoints(call)
        let queries = tracker.queries
        let session = try await queries.session(orLatest: session, freshness)
        let names = curves.metrics + (curves.substitute.map { [$0] } ?? [])
        let query = MetricHistoryQuery(session: session, metric: "", axis: nil, maximumPoints: maximumPoints)
        let cost = try await queries.cost(of: query, metrics: names, freshness)
        return try await tracker.reading(cost: cost) { longRead in
            let answer = try await queries.curves(
                curves.metrics, or: curves.substitute, of: session, maximumPoints: maximumPoints, freshness)
            let drawn = answer.value
            var graph = GraphInfo()
            graph.title = "\(curves.title) of \(drawn.session.name)"
            graph.xLabel = drawn.axis == .epoch ? "Epoch" : "Step"
            graph.yLabel = curves.yLabel
            return try await .written(.json(at: answer.position), longRead) { [graph] writer in
                try await writer.graph(graph, drawn.curves, nonfinite)
            }
        }
    }

    private func gpuUsage(_ call: Call, _ session: Session.ID?) async throws -> Response {
        .read(
            try await tracker.queries.hostReadings(
                of: session, maximumPoints: try maximumPoints(call), try call.freshness()),
            nonfinite: try call.query.nonfinite()
        ) { session, readings in
            let start = session.hasStartedAt ? session.startedAt : session.createdAt
            var graph = GraphInfo()
            graph.title = "GPU usage of \(session.name)"
            graph.xLabel = "Seconds since the start"
            graph.yLabel = "Utilization in percent"
            graph.series = readings.filter { $0.name.hasPrefix("gpu.") && $0.name.hasSuffix(".utilization") }
                .map { reading in
                    var series = GraphInfo.Series()
                    series.name = reading.name
                    series.x = reading.times.map { Double($0 - start) / 1e6 }
                    series.y = reading.values
                    return series
                }
            return graph
        }
    }

    private func maximumPoints(_ call: Call) throws -> Int? { try call.query.integer("max_points", in: 4...100_000) }
}

extension MetricEndpoints.Curves {
    /// The metric in the path.
    fileprivate init(metricInPathOf call: Call) throws {
        let name = call.parameters["metric_name"] ?? ""
        try MetricNames.check(name, field: "metric_name")
        self.init(title: name, yLabel: name, metrics: [name])
    }
}

extension MetricNameList.Entry {
    fileprivate init(_ summary: MetricSummary) {
        self.init()
        name = summary.name
        latest = summary.latest?.value ?? .nan
        epochs = MetricNameList.Axis(summary.epochs)
        steps = MetricNameList.Axis(summary.steps)
    }
}

extension MetricNameList.Axis {
    /// Nil when there are no points.
    fileprivate init?(_ axis: MetricSummary.Axis) {
        guard let first = axis.first, let last = axis.last else { return nil }
        self.init()
        count = Int(clamping: axis.count)
        (self.first, firstValue) = (first.place, first.value)
        (self.last, lastValue) = (last.place, last.value)
        (minimum, minimumPlace) = (axis.minimum?.value, axis.minimum?.place)
        (maximum, maximumPlace) = (axis.maximum?.value, axis.maximum?.place)
        nanCount = Int(clamping: axis.nanCount)
        infinityCount = Int(clamping: axis.infinityCount)
    }
}

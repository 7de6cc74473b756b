import API
package import ArgumentParser
import Tracking
import TrackingClient

/// `pivot metrics`
package struct MetricsCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "metrics", abstract: "Show a session's metrics.",
        discussion: """
            One row per epoch, or without epochs one row per metric; with --history the points of one metric.

            Examples:
              pivot metrics sess_7h2kq9d4
              pivot metrics sess_7h2kq9d4 --metric val_loss --metric val_froc --limit 5
              pivot metrics sess_7h2kq9d4 --metric loss --history --axis step --max-points 40
            """)

    @Argument(help: "The session's id, a beginning of it, its name, or @latest.")
    var session: String
    @Option(help: "Only this metric. May be repeated.")
    var metric: [String] = []
    @Flag(help: "Show the points of one metric instead of the epochs.")
    var history = false
    @Option(help: "With --history: epoch, step or time; by default epochs if there are any, otherwise steps.")
    var axis: MetricHistoryQuery.Axis?
    @Option(help: "Only this many of the latest epochs; all by default.")
    var limit: Int?
    @Option(help: "With --history: the maximum number of points to show; extremes are kept.")
    var maxPoints: Int?
    @OptionGroup var past: PastOption
    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    package init() {}

    package func validate() throws {
        try NumberOption.check("--limit", limit, 1...Int.max)
        try NumberOption.check("--max-points", maxPoints, 4...100_000)
        if history, metric.count != 1 { throw ValidationError("--history needs exactly one --metric.") }
        if !history, maxPoints != nil || axis != nil {
            throw ValidationError("--axis and --max-points need --history.")
        }
        if history, limit != nil { throw ValidationError("--limit is for epochs; use --max-points with --history.") }
    }

    package mutating func run() async throws {
        try await server.withClient { client in
            session = try await client.sessionID(session, asOf: past.moment)
            if let name = metric.first, history {
                try await showHistory(of: name, client)
            } else {
                let page = try await client.metrics(
                    session, metric: metric.count == 1 ? metric.first : nil, limit: limit,
                    asOf: past.moment)
                guard output.json || !page.metrics.isEmpty else { return try await showSteps(client) }
                output.show(page) { console in
                    return MetricPresentation.epochs(page.metrics, only: metric, clock: clock(console))
                        .lines(width: console.width, headingStyle: console.bold)
                }
            }
        }
    }

    /// Shows what was reported by step when no epoch has anything to show.
    private func showSteps(_ client: APIClient) async throws {
        var list = try await client.metricNames(session, asOf: past.moment)
        if !metric.isEmpty { list.metrics.removeAll { !metric.contains($0.name) } }
        output.show(list) { console in
            guard !list.metrics.isEmpty else { return ["\(session) has no metrics yet."] }
            return MetricPresentation.steps(list).lines(width: console.width, headingStyle: console.bold)
        }
    }

    private func showHistory(of name: String, _ client: APIClient) async throws {
        let history = try await client.history(
            session, metric: name, axis: axis, maximumPointCount: maxPoints, asOf: past.moment)
        output.show(history) { console in
            guard !history.values.isEmpty else {
                guard let others = history.availableMetrics, !others.isEmpty else {
                    return ["\(session) has no metrics yet."]
                }
                return [
                    "\(session) has no metric \(name)\(axis.map { $0 == .epoch ? " over epochs" : " over steps" } ?? ""). It has: "
                        + others.joined(separator: ", ") + "."
                ]
            }
            var lines = MetricPresentation.history(history, clock: clock(console))
                .lines(width: console.width, headingStyle: console.bold)
            lines.append(console.dim(MetricPresentation.sparkline(history.values, columns: console.width ?? 60)))
            if history.totalPointCount > history.values.count {
                lines.append(console.dim("\(history.values.count) of \(history.totalPointCount) points"))
            }
            return lines
        }
    }

    private func clock(_ console: Console) -> (Timestamp) -> String {
        { HumanFormat.date($0, offset: console.offset(at: $0)) }
    }
}

import ReadModels
package import Tracking

/// All points of a session, metric after metric, in batches of bounded size, as they were at one position of the log.
///
/// A metric's epochs come before its steps. Only the points of a single step are never parted.
package struct PointCursor: Sendable {
    /// Points of one metric on one axis, in order.
    package struct Batch: Sendable {
        package var metric: String
        package var points: MetricHistory
    }

    /// The position whose state is read.
    package let position: LogPosition
    private let queries: Queries
    /// The histories still to be read, the next one last.
    private var rest: [MetricHistoryQuery]
    private var current: HistoryCursor?

    fileprivate init(_ queries: Queries, position: LogPosition, histories: [MetricHistoryQuery]) {
        self.queries = queries
        self.position = position
        rest = histories.reversed()
    }

    /// The next points; nil at the end.
    package mutating func next() async throws -> Batch? {
        while true {
            while let points = try await current?.next() {
                if !points.values.isEmpty { return Batch(metric: current?.metric ?? "", points: points) }
            }
            guard let query = rest.popLast() else { return nil }
            current = try await queries.history(query, isWhole: true, asOf: position, .stale).value
        }
    }
}

extension Queries {
    /// A cursor over all points of a session.
    ///
    /// - Parameters:
    ///   - names: The names of the metrics that are wanted; all without patterns.
    ///   - allAttempts: Whether points that later attempts superseded are among them.
    package func points(
        of session: Session.ID, names patterns: [NamePattern] = [], allAttempts: Bool, asOf: LogPosition? = nil,
        _ freshness: Freshness
    ) async throws -> PointCursor {
        let names = try await metricNames(of: session, asOf: asOf, freshness)
        var histories: [MetricHistoryQuery] = []
        for name in names.value where patterns.allow(name.name) {
            for axis in [MetricHistoryQuery.Axis.epoch, .step] where axis == .epoch ? name.isInEpochs : name.isInSteps {
                histories.append(
                    MetricHistoryQuery(session: session, metric: name.name, axis: axis, allAttempts: allAttempts))
            }
        }
        return PointCursor(self, position: names.position, histories: histories)
    }
}

import ReadModels
package import Tracking

/// The points of one metric, read piece by piece: what an answer takes does not grow with it.
package struct HistoryCursor: Sendable {
    package let metric: String
    let plan: HistoryPlan
    /// The most points of a piece, about.
    package var pieceCount = HistoryPlan.pieceCount
    /// The columns that are wanted; others may be empty.
    var columns = PointColumns.all
    private let queries: Queries
    private var mark: Int64?
    private var isAtEnd = false

    fileprivate init(_ queries: Queries, metric: String, plan: HistoryPlan) {
        self.queries = queries
        self.metric = metric
        self.plan = plan
    }

    package var axis: MetricHistoryQuery.Axis { plan.axis }
    /// The number of points in the range; more than there are in the pieces when points are left out.
    package var pointCount: Int { plan.pointCount }
    package var isSampled: Bool { plan.isSampled }

    /// The next points; nil at the end. A piece may be empty.
    package mutating func next() async throws -> MetricHistory? {
        guard !isAtEnd else { return nil }
        let (history, next) = try await queries.read(.stale) { [plan, mark, pieceCount, columns] snapshot in
            try snapshot.piece(of: plan, from: mark, count: pieceCount, columns)
        }.value
        mark = next
        isAtEnd = next == nil
        return history
    }
}

extension Queries {
    /// The most work, in points that are read and written, that is done in one go; an answer that takes more is a long one.
    package static let briefCost = 16_384

    /// The work of answering the query, or the same one of `metrics`, of all metrics without them: an estimate in points.
    package func cost(
        of query: MetricHistoryQuery, metrics: [String]?, _ freshness: Freshness
    ) async throws -> Int {
        try await read(freshness) { snapshot in
            _ = try snapshot.document(of: query.session)
            let names = try metrics ?? snapshot.metricNames(of: query.session).map(\.name)
            return try snapshot.cost(of: names.map { query.of($0) }, metricCount: metrics == nil ? names.count : 1)
        }.value
    }

    /// The work of answering with the epochs of a session, or only the last so many, and of counting them: an estimate in points.
    package func epochCost(
        of session: Session.ID, latest: Int?, isCounted: Bool, _ freshness: Freshness
    ) async throws -> Int {
        try await read(freshness) { snapshot in
            let document = try snapshot.document(of: session)
            let count = Int(document.currentEpoch) * max(document.attempts.count, 1)
            let metricCount = max(try snapshot.metricNames(of: session).count, 1)
            return min(count, latest ?? .max) * metricCount + (isCounted ? count * max(metricCount / 8, 1) : 0)
        }.value
    }

    /// A cursor over the points of a metric, which the query's limit thins out unless all are wanted.
    package func history(
        _ query: MetricHistoryQuery, isWhole: Bool = false, asOf: LogPosition? = nil, _ freshness: Freshness
    ) async throws -> Answer<HistoryCursor> {
        try await read(freshness, asOf: asOf) { snapshot in
            _ = try snapshot.document(of: query.session)
            return HistoryCursor(
                self, metric: query.metric, plan: try snapshot.historyPlan(query, isWhole: isWhole))
        }
    }

    /// The metrics of a session, in the order of the names' bytes.
    package func metricNames(
        of session: Session.ID, asOf: LogPosition? = nil, _ freshness: Freshness
    ) async throws -> Answer<[MetricName]> {
        try await read(freshness, asOf: asOf) { snapshot in
            _ = try snapshot.document(of: session)
            return try snapshot.metricNames(of: session)
        }
    }

    /// The names of the metrics that have points on the axis, when the query's is none of them; else nil.
    package func alternatives(to query: MetricHistoryQuery, asOf position: LogPosition) async throws -> [String]? {
        let names = try await metricNames(of: query.session, asOf: position, .stale).value
            .filter { name in query.axis.map { $0 == .epoch ? name.isInEpochs : name.isInSteps } ?? true }.map(\.name)
        return names.contains(query.metric) ? nil : names
    }

    /// The curves of a graph: by epoch when one of them has epochs, else by step.
    package struct Curves: Sendable {
        package var session: SessionDocument
        package var axis: MetricHistoryQuery.Axis
        package var curves: [HistoryCursor]

        fileprivate var isEmpty: Bool { curves.allSatisfy { $0.plan.pointCount == 0 } }
    }

    /// Metrics of a session: what a graph shows.
    ///
    /// - Parameter substitute: Shown too when there are no points of the others.
    package func curves(
        _ metrics: [String], or substitute: String? = nil, of id: Session.ID, maximumPoints: Int?,
        _ freshness: Freshness
    ) async throws -> Answer<Curves> {
        try await read(freshness) { snapshot in
            var none: Curves?
            let session = try snapshot.document(of: id)
            for axis in [MetricHistoryQuery.Axis.epoch, .step] {
                var curves = Curves(session: session, axis: axis, curves: [])
                for metric in metrics + (substitute.map { [$0] } ?? []) where metric != substitute || curves.isEmpty {
                    let query = MetricHistoryQuery(
                        session: id, metric: metric, axis: axis, maximumPoints: maximumPoints)
                    curves.curves.append(
                        HistoryCursor(self, metric: metric, plan: try snapshot.historyPlan(query)))
                }
                if !curves.isEmpty { return curves }
                curves.curves = Array(curves.curves.prefix(metrics.count))
                none = none ?? curves
            }
            return none ?? Curves(session: session, axis: .epoch, curves: [])
        }
    }

    /// The session called `id`; without one, that which was started last.
    package func session(orLatest id: Session.ID?, _ freshness: Freshness) async throws -> Session.ID {
        if let id { return id }
        return try await read(freshness) { try $0.document(ofSessionOrLatest: nil).id }.value
    }
}

extension MetricHistoryQuery {
    /// The same query of another metric.
    package func of(_ metric: String) -> MetricHistoryQuery {
        var query = self
        query.metric = metric
        return query
    }
}

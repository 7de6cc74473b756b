import ReadModels
package import Tracking

extension Queries {
    /// The epochs of a session, of those asked for, and how many there are.
    package struct Epochs: Sendable {
        package var session: SessionDocument
        package var records: [EpochRecordDocument]
        /// The number of epochs without the limit to the latest; nil when that was not asked for.
        package var total: Int?
        fileprivate let timeline: SessionTimeline

        /// True when a later attempt did the epoch again.
        package func isSuperseded(_ record: EpochRecordDocument) -> Bool {
            !timeline.counts(epoch: record.epoch, ofAttempt: record.attempt)
        }
    }

    /// The epochs of the session called `id`, or of the one that was started last.
    ///
    /// - Parameters:
    ///   - metric: Leaves out the epochs without it.
    ///   - latest: Only the last so many.
    ///   - allAttempts: Whether superseded ones are among them.
    ///   - isCounted: Whether it is said how many there are beside the last ones, for which all are read.
    package func epochs(
        of id: Session.ID?, metric: String? = nil, latest: Int? = nil, allAttempts: Bool = false,
        isCounted: Bool = true, _ freshness: Freshness
    ) async throws -> Answer<Epochs> {
        try await read(freshness) { snapshot in
            let (id, session) = try snapshot.document(ofSessionOrLatest: id)
            var records = try snapshot.epochRecords(
                of: id, latest: metric == nil ? latest : nil, allAttempts: allAttempts)
            if let metric { records.removeAll { record in !record.metrics.contains { $0.name == metric } } }
            var total: Int?
            if isCounted {
                let isWhole = metric != nil || latest == nil
                total = isWhole ? records.count : try snapshot.epochRecords(of: id, allAttempts: allAttempts).count
            }
            if let latest { records = records.suffix(latest) }
            return Epochs(session: session, records: records, total: total, timeline: session.timeline)
        }
    }

    /// The points of a metric, and when there are none and never were, the names that have some on the axis.
    package func history(
        _ query: MetricHistoryQuery, _ freshness: Freshness
    ) async throws -> Answer<(history: MetricHistory, availableMetrics: [String]?)> {
        try await read(freshness) { snapshot in
            _ = try snapshot.document(of: query.session)
            let history = try snapshot.history(query)
            guard history.pointCount == 0 else { return (history, nil) }
            let names = try snapshot.metricNames(of: query.session)
                .filter { name in query.axis.map { $0 == .epoch ? name.isInEpochs : name.isInSteps } ?? true }.map(
                    \.name)
            return (history, names.contains(query.metric) ? nil : names)
        }
    }

    /// The points of every metric that has some, in the order of the names' bytes; the query's metric is of no account.
    package func histories(
        _ query: MetricHistoryQuery, _ freshness: Freshness
    ) async throws -> Answer<[(name: String, history: MetricHistory)]> {
        try await read(freshness) { snapshot in
            _ = try snapshot.document(of: query.session)
            var histories: [(name: String, history: MetricHistory)] = []
            for name in try snapshot.metricNames(of: query.session) {
                var query = query
                query.metric = name.name
                let history = try snapshot.history(query)
                if history.pointCount > 0 { histories.append((name.name, history)) }
            }
            return histories
        }
    }

    /// The curves of a graph: by epoch when one of them has epochs, else by step.
    package struct Curves: Sendable {
        package var session: SessionDocument
        package var axis: MetricHistoryQuery.Axis
        package var curves: [(name: String, history: MetricHistory)]

        fileprivate var isEmpty: Bool { curves.allSatisfy { $0.history.pointCount == 0 } }
    }

    /// Metrics of the session called `id`, or of the one that was started last: what a graph shows.
    ///
    /// - Parameter substitute: Shown too when there are no points of the others.
    package func curves(
        _ metrics: [String], or substitute: String? = nil, of id: Session.ID?, maximumPoints: Int?,
        _ freshness: Freshness
    ) async throws -> Answer<Curves> {
        try await read(freshness) { snapshot in
            let (id, session) = try snapshot.document(ofSessionOrLatest: id)
            for axis in [MetricHistoryQuery.Axis.epoch, .step] {
                var curves = Curves(session: session, axis: axis, curves: [])
                for metric in metrics + (substitute.map { [$0] } ?? []) where metric != substitute || curves.isEmpty {
                    let query = MetricHistoryQuery(
                        session: id, metric: metric, axis: axis, maximumPoints: maximumPoints)
                    curves.curves.append((metric, try snapshot.history(query)))
                }
                if !curves.isEmpty { return curves }
            }
            return Curves(
                session: session, axis: .epoch, curves: metrics.map { ($0, MetricHistory(axis: .epoch)) })
        }
    }

    /// The readings that the hosts of a session took of themselves; with `rank` only that process's.
    package func hostReadings(
        of id: Session.ID?, rank: UInt32? = nil, maximumPoints: Int?, _ freshness: Freshness
    ) async throws -> Answer<(session: SessionDocument, series: [HostReadingSeries])> {
        try await read(freshness) { snapshot in
            let (id, session) = try snapshot.document(ofSessionOrLatest: id)
            let series = try snapshot.hostReadings(of: id, maximumPoints: maximumPoints)
            return (session, rank.map { rank in series.filter { $0.rank == rank } } ?? series)
        }
    }

    /// A part of a session's output.
    package func logLines(
        of id: Session.ID, after line: UInt64, limit: Int, rank: UInt32?, _ freshness: Freshness
    ) async throws -> Answer<LogPage> {
        try await read(freshness) { snapshot in
            _ = try snapshot.document(of: id)
            return try snapshot.logLines(of: id, after: line, limit: limit, rank: rank)
        }
    }
}

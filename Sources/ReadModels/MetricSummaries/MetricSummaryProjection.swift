import LMDB
import Tracking

/// A summary of every metric of every session, for lists, filters and orders.
///
/// A point by step is folded into its metric's summary by `MetricProjection`, which has it in columns. When an attempt begins,
/// what it supersedes must go: the summaries of the session are then made again from the points and epoch records, whose trees
/// answer that without reading the points.
enum MetricSummaryProjection: Projection {
    static let version = 2

    static func apply(_ event: ProjectedEvent, to rows: borrowing RowWriter) throws(LMDBError) {
        switch event.body {
        case .session(.epochCompleted(let completed)):
            let session = try rows.knownSession(event.identity)
            for metric in completed.metrics {
                try rows.summarize(metric.name, of: session) { summary in
                    summary.epochs.add(
                        .init(place: Int64(completed.epoch), time: event.record.time.rawValue, value: metric.value))
                }
            }
        case .session(.attemptStarted): try summarizeAnew(event, rows)
        // Its points came before all that says how they are judged.
        case .session(.imported): try summarizeAnew(event, rows)
        default: break
        }
    }

    private static func summarizeAnew(_ event: ProjectedEvent, _ rows: borrowing RowWriter) throws(LMDBError) {
        let known = try rows.knownSession(event.identity)
        let names = try rows.summarizedMetrics(of: known.number)
        guard !names.isEmpty, let session = known.document else { return }
        try rows.cache.series.flush(to: rows.transaction, rows.tables)
        let records = try rows.transaction.epochRecords(
            of: session, through: event.position, latest: .max, allAttempts: false, in: rows.tables)
        for name in names {
            let summary = try rows.transaction.computedSummary(
                of: name, in: session, records: records, through: LogPosition(.max), rows.tables)
            try rows.summarize(name, of: known) { $0 = summary }
        }
    }
}

extension RowWriter {
    /// Changes the summary of a metric.
    func summarize(
        _ metric: String, of session: RowCache.KnownSession, _ change: (inout MetricSummary) -> Void
    ) throws(LMDBError) {
        try cache.summaries.change(
            metric, of: session,
            stored: { () throws(LMDBError) in
                try transaction.metricSummary(of: session.number, metric, in: tables) ?? MetricSummary(name: metric)
            }, change)
    }

    /// The metrics of a session that have a summary.
    fileprivate func summarizedMetrics(of session: SessionNumber) throws(LMDBError) -> [String] {
        try cache.summaries.flush(to: transaction, tables, cache.columns)
        return try transaction.metricSummaries(of: session, in: tables).map(\.name)
    }
}

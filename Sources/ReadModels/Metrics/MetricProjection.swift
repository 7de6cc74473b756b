import LMDB
import Tracking

/// Points of metrics by step, and what they add to their metrics' summaries.
enum MetricProjection: Projection {
    static let version = 1

    static func apply(_ event: ProjectedEvent, to rows: borrowing RowWriter) throws(LMDBError) {
        guard case .telemetry(.metricsReported(let reported)) = event.body else { return }
        let session = try rows.knownSession(event.identity)
        let end = session.document?.timeline.stepEnd(ofAttempt: reported.attempt) ?? .max
        for series in reported.series {
            let points = series.points(at: event.record.time)
            try rows.cache.series.append(
                steps: points.steps, times: points.times, values: points.values, attempt: reported.attempt,
                position: event.position.rawValue, to: SeriesRow.metricKey(event.identity, series.name),
                {
                    SeriesRow(
                        number: $0, firstPosition: event.position.rawValue, rank: 0, name: series.name, host: "")
                }, in: rows.transaction, rows.tables)
            try rows.summarize(series.name, of: session) { summary in
                for (index, value) in points.values.enumerated() where points.steps[index] < end {
                    summary.steps.add(.init(place: points.steps[index], time: points.times[index], value: value))
                }
            }
        }
    }
}

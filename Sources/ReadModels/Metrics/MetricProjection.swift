import LMDB
import Tracking

/// Points of metrics by step, and what they add to their metrics' summaries.
enum MetricProjection: Projection {
    static let version = 2

    static func apply(_ event: ProjectedEvent, to rows: borrowing RowWriter) throws(LMDBError) {
        guard case .telemetry(.metricsReported(let reported)) = event.body else { return }
        let session = try rows.knownSession(event.identity)
        let end = session.document?.timeline.stepEnd(ofAttempt: reported.attempt) ?? .max
        for series in reported.series {
            let points = series.points(at: event.record.time)
            let segments = try rows.cache.series.append(
                steps: points.steps, times: points.times, values: points.values, attempt: reported.attempt,
                position: event.position.rawValue, to: SeriesRow.metricKey(event.identity, series.name),
                {
                    SeriesRow(
                        number: $0, firstPosition: event.position.rawValue, rank: 0, name: series.name, host: "")
                }, in: rows.transaction, rows.tables)
            try rows.summarize(series.name, of: session) { summary in
                // Segment by segment, as `StepSummary` takes them: only so are both the same where points are alike.
                let order =
                    segments.isEmpty
                    ? Array(points.values.indices)
                    : segments.indices.sorted { (segments[$0], $0) < (segments[$1], $1) }
                for index in order where points.steps[index] < end {
                    summary.steps.add(
                        .init(place: points.steps[index], time: points.times[index], value: points.values[index]))
                }
            }
        }
        try rows.noteChange(of: session, at: event.position)
    }
}

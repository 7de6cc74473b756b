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
            let points = points(of: series, recordedAt: event.record.time)
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

    /// The points of a reported series, in columns; a time that was not given is that of the record.
    private static func points(
        of series: MetricSeries, recordedAt time: Timestamp
    ) -> (steps: [Int64], times: [Int64], values: [Double]) {
        // Reports are checked before they are recorded; of columns that differ in length the common part counts.
        let count = min(series.stepDeltas.count, series.values.count)
        let times =
            series.timeDeltas.count >= count
            ? sums(of: series.timeDeltas, count: count) : [Int64](repeating: time.rawValue, count: count)
        return (sums(of: series.stepDeltas, count: count), times, Array(series.values.prefix(count)))
    }

    /// The running sums of the first `count` differences.
    private static func sums(of deltas: [Int64], count: Int) -> [Int64] {
        var sum: Int64 = 0
        return deltas.prefix(count).map { delta in
            sum &+= delta
            return sum
        }
    }
}

package import API
package import Tracking

extension APIClient {
    /// One record an epoch, ascending; with `limit` the latest n. `metric` leaves out the others. With `asOf` they are those of
    /// then.
    package func metrics(
        _ session: String, metric: String? = nil, limit: Int? = nil, asOf: LogMoment? = nil
    ) async throws(ClientError) -> EpochRecordList {
        try await ask(
            .getSessionMetrics, session,
            query: [("metric_name", metric), ("limit", limit.map(String.init)), ("as_of", asOf?.description)])
    }

    /// The metrics of the session, each in a few numbers, now or as they were at `asOf`.
    package func metricNames(_ session: String, asOf: LogMoment? = nil) async throws(ClientError) -> MetricNameList {
        try await ask(.getMetricNames, session, query: [("as_of", asOf?.description)])
    }

    /// The points of `metric` along `axis`, nil for the one that has points. With `maximumPointCount` extremes are kept and others left out; a range
    /// is of the axis asked for and includes both ends. With `asOf` the points are those of then.
    package func history(
        _ session: String, metric: String, axis: MetricHistoryQuery.Axis? = nil, epochs: ClosedRange<Int>? = nil,
        steps: ClosedRange<Int>? = nil, times: ClosedRange<Timestamp>? = nil, maximumPointCount: Int? = nil,
        asOf: LogMoment? = nil
    ) async throws(ClientError) -> MetricHistoryInfo {
        let history: MetricHistoryInfo = try await ask(
            .getMetricHistory, session,
            query: [
                ("metric_name", metric), ("axis", axis?.rawValue),
                ("start_epoch", epochs.map { "\($0.lowerBound)" }), ("end_epoch", epochs.map { "\($0.upperBound)" }),
                ("start_step", steps.map { "\($0.lowerBound)" }), ("end_step", steps.map { "\($0.upperBound)" }),
                ("start_time", times.map { "\($0.lowerBound)" }), ("end_time", times.map { "\($0.upperBound)" }),
                ("max_points", maximumPointCount.map(String.init)), ("as_of", asOf?.description),
            ])
        let counts = (history.places.count, history.values.count, history.timestamps.count)
        guard counts.0 == counts.1, counts.2 == counts.1 else {
            throw ClientError(
                .unexpectedAnswer,
                "The history has \(counts.0) places, \(counts.1) values and \(counts.2) times; "
                    + "the counts should be equal.")
        }
        return history
    }

    /// The latest value of each of the session's metrics, now or as it was at `asOf`.
    package func latestMetrics(_ session: String, asOf: LogMoment? = nil) async throws(ClientError) -> LatestMetrics {
        try await ask(.getLatestMetrics, session, query: [("as_of", asOf?.description)])
    }
}

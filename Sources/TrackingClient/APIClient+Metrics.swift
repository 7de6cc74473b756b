package import JSON
package import Tracking

extension APIClient {
    /// One record an epoch, ascending; with `limit` the latest n. `metric` leaves out the others.
    package func metrics(
        _ session: String, metric: String? = nil, limit: Int? = nil
    ) async throws(ClientError) -> Page<EpochRecord> {
        let answer = try await document(
            .get(
                "training", "sessions", session, "metrics",
                query: [("metric_name", metric), ("limit", limit.map(String.init))]))
        return try Page(answer.json, key: "metrics") { json throws(ClientError) in try EpochRecord(json) }
    }

    /// The points of `metric` along `axis`. With `maximumPointCount` extremes are kept and others left out; a range
    /// is of the axis asked for and includes both ends.
    package func history(
        _ session: String, metric: String, axis: MetricHistory.Axis = .epoch, epochs: ClosedRange<Int>? = nil,
        steps: ClosedRange<Int>? = nil, times: ClosedRange<Timestamp>? = nil, maximumPointCount: Int? = nil
    ) async throws(ClientError) -> MetricHistory {
        let answer = try await document(
            .get(
                "metrics", session, "history",
                query: [
                    ("metric_name", metric), ("axis", axis == .epoch ? nil : axis.rawValue),
                    ("start_epoch", epochs.map { "\($0.lowerBound)" }),
                    ("end_epoch", epochs.map { "\($0.upperBound)" }),
                    ("start_step", steps.map { "\($0.lowerBound)" }), ("end_step", steps.map { "\($0.upperBound)" }),
                    ("start_time", times.map { "\($0.lowerBound)" }), ("end_time", times.map { "\($0.upperBound)" }),
                    ("max_points", maximumPointCount.map(String.init)),
                ]))
        return try MetricHistory(answer.json)
    }

    /// The metrics of the session's last completed epoch: `{session_id, epoch, timestamp?, metrics}`.
    package func latestMetrics(_ session: String) async throws(ClientError) -> JSONValue {
        try await document(.get("metrics", session, "latest")).json
    }
}

package import JSON
package import Tracking

/// A metric of a session, chosen to be read: what is known of it without reading a point.
package struct SelectedSeries: Sendable {
    package let session: Session.ID
    package let sessionName: String
    /// The session's start, or its creation while it has not started, in microseconds since 1970.
    package let origin: Int64
    /// The values of the field that parts the sessions into groups; several put the session into several groups.
    package let groups: [JSONValue]
    package let query: MetricHistoryQuery
    /// All points on the axis, as the summary counts them, and the smallest and greatest epoch or step.
    package let summary: MetricSummary.Axis

    package var metric: String { query.metric }
    package var axis: MetricHistoryQuery.Axis { query.axis ?? .step }

    /// The same series with other bounds.
    func with(_ query: MetricHistoryQuery) -> SelectedSeries {
        SelectedSeries(
            session: session, sessionName: sessionName, origin: origin, groups: groups, query: query, summary: summary)
    }
}

/// The series that a question is about, as they were at one position of the log.
package struct Selection: Sendable {
    package let position: LogPosition
    package let series: [SelectedSeries]
    package let sessionCount: Int
    /// The axis that was asked for; nil when each series has its own.
    package let axis: SeriesQuestion.Axis?
    package let smoothing: Double?
    package let isWhole: Bool
    /// A number that changes when a point of the series comes, or one is superseded, and never else.
    package let mark: UInt64

    /// The work of reading them, in points.
    package var cost: Int {
        series.reduce(0) { sum, series in
            let count = Int(clamping: series.summary.count)
            return sum + 16 + (smoothing == nil ? min(count, series.query.maximumPoints ?? .max) : count)
        }
    }

    /// True when one of the series is placed by epoch.
    package var hasEpochs: Bool { series.contains { $0.axis == .epoch } }
}

package import JSON
package import Tracking

/// One metric over epochs, steps or time: columns of equal length.
package struct MetricHistoryInfo: Document, Equatable {
    package static let name = "MetricHistory"

    package var sessionID = ""
    /// Nil in the answer for all metrics.
    package var metricName: String?
    /// The histories of all metrics by their names, when none was asked for.
    package var metrics: JSONObject?
    /// `epoch`, `step` or `time`.
    package var axis = "epoch"
    /// With the axis epoch.
    package var epochs: [Int64]?
    /// With the other axes.
    package var steps: [Int64]?
    package var values: [Double] = []
    package var timestamps: [Timestamp] = []
    /// The number of points in the range; more than the columns when some were left out.
    package var totalPointCount = 0
    package var isSampled = false
    package var nanCount = 0
    package var infinityCount = 0
    /// The session's metrics, when it does not have the one asked for.
    package var availableMetrics: [String]?

    package init() {}

    /// Epochs for the axis epoch, else steps; as many as values.
    package var places: [Int64] { epochs ?? steps ?? [] }

    package static let fields: [Field<MetricHistoryInfo>] = [
        Field("session_id", \.sessionID), Field("metric_name", \.metricName), Field("metrics", \.metrics),
        Field("axis", \.axis, .words(["epoch", "step", "time"])), Field("epochs", \.epochs), Field("steps", \.steps),
        Field("values", \.values, .metrics), Field("timestamps", \.timestamps),
        Field("total_points", \.totalPointCount), Field("sampled", \.isSampled), Field("nan_count", \.nanCount),
        Field("infinity_count", \.infinityCount), Field("available_metrics", \.availableMetrics),
    ]
}

package import Tracking

/// The metrics of the last completed epoch.
package struct LatestMetrics: Document, Equatable {
    package static let name = "LatestMetrics"

    package var sessionID = ""
    package var epoch = 0
    package var timestamp: Timestamp?
    package var metrics: [MetricValue] = []
    package var nonfiniteMetrics: [String]?

    package init() {}

    package static let fields: [Field<LatestMetrics>] = [
        Field("session_id", \.sessionID), Field("epoch", \.epoch), Field("timestamp", \.timestamp),
        Field(metrics: "metrics", \.metrics), Field("nonfinite_metrics", \.nonfiniteMetrics),
    ]
}

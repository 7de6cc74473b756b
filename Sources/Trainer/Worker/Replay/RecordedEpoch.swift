package import TrackingClient

/// What the session's stream tells of an epoch.
package struct RecordedEpoch: Equatable, Sendable {
    package let step: Int
    package let metrics: [MetricValue]
    /// Whether a later attempt began before it, so that it is to be trained again.
    package var isSuperseded = false

    package init(step: Int, metrics: [MetricValue]) {
        self.step = step
        self.metrics = metrics
    }
}

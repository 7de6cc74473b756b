package import API

/// The record of an epoch in the session's stream.
package struct RecordedEpoch: Equatable, Sendable {
    package let attempt: UInt32
    package let step: Int
    package let metrics: [MetricValue]

    package init(attempt: UInt32, step: Int, metrics: [MetricValue]) {
        self.attempt = attempt
        self.step = step
        self.metrics = metrics
    }
}

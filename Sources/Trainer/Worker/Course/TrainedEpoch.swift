package import API

/// An epoch that was trained to its end, as it is reported.
package struct TrainedEpoch: Equatable, Sendable {
    package let epoch: Int
    /// Optimizer updates since the session's start.
    package let step: Int
    package let metrics: [MetricValue]

    package init(epoch: Int, step: Int, metrics: [MetricValue]) {
        self.epoch = epoch
        self.step = step
        self.metrics = metrics
    }

    /// The metrics whose values differ from those of another report of the same epoch, but for its duration.
    package func differences(from earlier: [MetricValue]) -> [String] {
        metrics.compactMap { metric in
            guard metric.name != "epoch_seconds", let other = earlier[metric.name] else { return nil }
            let isEqual = metric.value == other || (metric.value.isNaN && other.isNaN)
            return isEqual ? nil : metric.name
        }
    }
}

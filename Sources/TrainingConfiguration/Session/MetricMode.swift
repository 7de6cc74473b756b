/// The direction in which a metric is better: less or more.
package enum MetricMode: String, Sendable {
    case min, max

    /// The mode that the name of a metric suggests: less of a loss or an error, more of anything else.
    static func suggested(for metric: String) -> MetricMode {
        let name = metric.lowercased()
        return name.contains("loss") || name.contains("error") ? .min : .max
    }

    /// True when `value` beats `best` by more than `minimumDelta`; NaN beats nothing, and anything else beats NaN.
    package func isBetter(_ value: Double, than best: Double, by minimumDelta: Double = 0) -> Bool {
        if value.isNaN { return false }
        if best.isNaN { return true }
        return self == .min ? value < best - minimumDelta : value > best + minimumDelta
    }
}

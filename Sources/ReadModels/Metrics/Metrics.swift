import Tracking

/// Metrics as documents hold them.
enum Metrics {
    /// `metrics` in the order of the names' bytes; of one name given twice the last.
    static func sorted(_ metrics: [Metric]) -> [Metric] {
        var sorted: [Metric] = []
        let stable = metrics.enumerated().sorted { left, right in
            left.element.name == right.element.name
                ? left.offset < right.offset
                : left.element.name.utf8.lexicographicallyPrecedes(right.element.name.utf8)
        }
        for (_, metric) in stable {
            if sorted.last?.name == metric.name { sorted.removeLast() }
            sorted.append(metric)
        }
        return sorted
    }
}

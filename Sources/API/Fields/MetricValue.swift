package import Tracking

/// A metric's name and one value of it.
package struct MetricValue: Hashable, Sendable {
    package let name: String
    package let value: Double

    package init(name: String, value: Double) {
        self.name = name
        self.value = value
    }
}

extension [MetricValue] {
    /// The metrics of an event, each name once: a protobuf report may name one twice, and then the last value counts.
    package init(_ metrics: [Metric]) {
        var places: [String: Int] = [:]
        self = []
        reserveCapacity(metrics.count)
        for metric in metrics {
            let value = MetricValue(name: metric.name, value: metric.value)
            if let place = places.updateValue(count, forKey: metric.name) {
                self[place] = value
                places[metric.name] = place
            } else {
                append(value)
            }
        }
    }

    /// The value under `name`.
    package subscript(name: String) -> Double? { first { $0.name == name }?.value }

    /// Those that JSON has numbers for.
    package var finite: [MetricValue] { filter(\.value.isFinite) }

    /// The names of those that are NaN or infinite; nil when all are finite.
    package var nonfiniteNames: [String]? {
        let names = filter { !$0.value.isFinite }.map(\.name)
        return names.isEmpty ? nil : names
    }
}

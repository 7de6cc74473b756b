package import JSON

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
    /// The value under `name`.
    package subscript(name: String) -> Double? { first { $0.name == name }?.value }

    /// An object with the names as keys, in their order; a repeated name counts once.
    package var json: JSONValue {
        var object = JSONObject()
        for metric in self { object.append(.number(metric.value), forKey: metric.name) }
        return .object(object)
    }
}

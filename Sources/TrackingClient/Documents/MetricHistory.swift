package import JSON

/// One metric over epochs or steps.
package struct MetricHistory: Sendable {
    /// What the points are ordered by.
    package enum Axis: String, CaseIterable, Sendable { case epoch, step, time }

    /// The whole document.
    package let json: JSONValue
    /// Epochs for the axis epoch, else steps; as many as values.
    package let places: [Int]
    package let values: [Double]
    /// RFC 3339; as many as values.
    package let timestamps: [String]
    /// How many points the range holds.
    package let totalPointCount: Int
    /// The session's metrics, when it does not have the one asked for.
    package let availableMetrics: [String]

    package init(_ json: JSONValue) throws(ClientError) {
        self.json = json
        places = (json["epochs"] ?? json["steps"])?.arrayValue?.compactMap { $0.integerValue.map(Int.init) } ?? []
        values = try json.elements("values", of: "a metric's history").map { $0.metricNumber ?? .nan }
        timestamps = json.texts("timestamps")
        totalPointCount = json["total_points"]?.integerValue.map(Int.init) ?? values.count
        availableMetrics = json.texts("available_metrics")
        guard places.count == values.count, timestamps.count == values.count else {
            throw ClientError(
                .unexpectedAnswer,
                "The history has \(places.count) places, \(values.count) values and \(timestamps.count) times; "
                    + "they should be equally many.")
        }
    }
}

package import JSON
package import Tracking

/// What one epoch measured.
package struct EpochRecord: Sendable {
    /// The whole document.
    package let json: JSONValue
    package let epoch: Int
    package let timestamp: Timestamp?
    /// Every metric, in the server's order.
    package let metrics: [MetricValue]

    package init(_ json: JSONValue) throws(ClientError) {
        self.json = json
        epoch = try json.integer("epoch", of: "an epoch record")
        timestamp = json["timestamp"]?.stringValue.flatMap { Timestamp($0) }
        metrics = (json.objectValue ?? JSONObject()).compactMap { name, value in
            name == "epoch" || name == "timestamp"
                ? nil : value.metricNumber.map { MetricValue(name: name, value: $0) }
        }
    }
}

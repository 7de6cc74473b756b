package import JSON
package import Tracking

/// The measurements of one epoch: `epoch`, `timestamp`, and every metric under its own name.
package struct EpochRecord: FieldValue, Equatable {
    package static var shape: Shape { .document("MetricRecord") }

    package var epoch: Int
    package var timestamp: Timestamp
    package var metrics: [MetricValue]

    package init(epoch: Int, timestamp: Timestamp, metrics: [MetricValue]) {
        self.epoch = epoch
        self.timestamp = timestamp
        self.metrics = metrics
    }

    package func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.key("epoch")
        writer.integer(epoch)
        writer.key("timestamp")
        timestamp.write(to: &writer)
        for metric in metrics {
            writer.key(metric.name)
            writer.number(metric.value)
        }
        writer.endObject()
    }

    package init(_ json: JSONValue, strictly: Bool) throws(FieldError) {
        let object = try JSONObject(json, strictly: strictly)
        guard let epoch = object["epoch"], let timestamp = object["timestamp"] else {
            throw FieldError("epoch", "and timestamp are required")
        }
        self.epoch = try Int(epoch, strictly: strictly)
        self.timestamp = try Timestamp(timestamp, strictly: strictly)
        metrics = object.compactMap { name, value in
            name == "epoch" || name == "timestamp"
                ? nil : value.metricNumber.map { MetricValue(name: name, value: $0) }
        }
    }
}

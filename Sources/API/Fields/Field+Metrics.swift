import JSON
import Tracking

/// Metrics and params are objects whose keys are free.
extension Field {
    /// Metrics by name that every document has; in a request as many as `count`.
    package init(
        metrics name: String, _ path: FieldPath<Root, [MetricValue]>,
        count: ClosedRange<Int> = 0...MetricNames.maximumCount
    ) {
        let (key, value) = (JSONWriter.QuotedKey(name), StoredValue(path))
        self.init(
            name, .map(.metric), isRequired: true, limits: Self.limits(count),
            write: { Self.write(value.read($0), key, &$1) },
            read: { (root, json, strictly) throws(FieldError) in
                guard let json else { throw FieldError("", "is required") }
                root[keyPath: path] = try Self.metrics(json, count, strictly)
            })
    }

    /// Metrics by name that are left out when there are none.
    package init(optionalMetrics name: String, _ path: FieldPath<Root, [MetricValue]>) {
        let (key, value) = (JSONWriter.QuotedKey(name), StoredValue(path))
        self.init(
            name, .map(.metric), isRequired: false, limits: Self.limits(0...MetricNames.maximumCount),
            write: { root, writer in
                let metrics = value.read(root)
                if !metrics.isEmpty { Self.write(metrics, key, &writer) }
            },
            read: { (root, json, strictly) throws(FieldError) in
                root[keyPath: path] =
                    try json.map { (json) throws(FieldError) in
                        try Self.metrics(json, 0...MetricNames.maximumCount, strictly)
                    } ?? []
            })
    }

    private static func limits(_ count: ClosedRange<Int>) -> Limits {
        .entries(count, keys: 1...Session.maximumNameByteCount)
    }

    private static func write(_ metrics: [MetricValue], _ key: JSONWriter.QuotedKey, _ writer: inout JSONWriter) {
        writer.key(key)
        writer.beginObject()
        for metric in metrics {
            writer.key(metric.name)
            writer.number(metric.value)
        }
        writer.endObject()
    }

    private static func metrics(
        _ json: JSONValue, _ count: ClosedRange<Int>, _ strictly: Bool
    ) throws(FieldError) -> [MetricValue] {
        let object = try JSONObject(json, strictly: strictly)
        guard !strictly || count.contains(object.count) else {
            throw FieldError(
                "", "has \(object.count) entries; \(count.lowerBound) to \(count.upperBound) are allowed")
        }
        var metrics: [MetricValue] = []
        metrics.reserveCapacity(object.count)
        for (name, value) in object {
            if strictly { try MetricNames.check(name, field: "") }
            do throws(FieldError) {
                metrics.append(MetricValue(name: name, value: try Double(value, strictly: strictly)))
            } catch {
                throw error.inside(name)
            }
        }
        return metrics
    }
}

package import API
import JSON

/// A line of standard output that reports metrics (`trainer.metrics: json_lines`).
///
/// A JSON object with `epoch`, a number from 1, and at least one other number is the record of that epoch; its `step`, if
/// there, counts the updates since the session's start. One with `step` and no `epoch` holds points of step metrics. NaN and
/// the infinities may come as tokens, as Python writes them, or as strings. Members that are no numbers are left out; any
/// other line is none of these.
package enum MetricLine: Equatable, Sendable {
    case epoch(Int, step: Int?, metrics: [MetricValue])
    case step(Int, metrics: [MetricValue])

    /// The largest step that is reported.
    private static let maximumStep: Int64 = (1 << 53) - 1
    private static let reserved: Set<String> = ["epoch", "step", "timestamp"]

    /// Reads a line; nil when it is for the log.
    package init?(_ text: String) {
        guard text.utf8.first(where: { $0 != UInt8(ascii: " ") && $0 != UInt8(ascii: "\t") }) == UInt8(ascii: "{")
        else {
            return nil
        }
        let object: JSONObject
        do throws(JSONError) {
            guard let found = try JSONValue.parse(Array(text.utf8)).objectValue else { return nil }
            object = found
        } catch {
            return nil
        }
        var metrics: [MetricValue] = []
        for (name, value) in object where !Self.reserved.contains(name) {
            if let number = Self.number(value) { metrics.append(MetricValue(name: name, value: number)) }
        }
        guard !metrics.isEmpty else { return nil }
        let step = object["step"]?.integerValue.flatMap { (0...Self.maximumStep).contains($0) ? Int($0) : nil }
        if let epoch = object["epoch"] {
            guard let number = epoch.integerValue, (1...Int64(UInt32.max)).contains(number) else { return nil }
            self = .epoch(Int(number), step: step, metrics: metrics)
        } else if let step {
            self = .step(step, metrics: metrics)
        } else {
            return nil
        }
    }

    private static func number(_ value: JSONValue) -> Double? {
        switch value {
        case .integer, .number: value.doubleValue
        case .string("NaN"): .nan
        case .string("Infinity"): .infinity
        case .string("-Infinity"): -.infinity
        default: nil
        }
    }
}

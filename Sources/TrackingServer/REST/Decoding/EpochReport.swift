import JSON
import SwiftProtobuf
import Tracking

/// A report of a completed epoch.
struct EpochReport {
    var commandID: String?
    var event: EpochCompleted
    var time: Timestamp?

    /// Reads a JSON body.
    init(json bytes: [UInt8]) throws {
        guard let object = try JSONValue.parse(bytes).objectValue else { throw FieldError("body", "must be an object") }
        let fields = JSONFields(object)
        commandID = try fields.string("command_id")
        event = EpochCompleted()
        event.attempt = UInt32(try fields.requiredInteger("attempt", in: 1...Int64(UInt32.max)))
        event.epoch = UInt32(try fields.requiredInteger("epoch", in: 1...Int64(UInt32.max)))
        event.step = UInt64(try fields.requiredInteger("step", in: 0...MetricsReport.maximumStep))
        guard let metrics = try fields.metrics("metrics") else { throw FieldError("metrics", "is required") }
        event.metrics = metrics
        time = try fields.time("time")
    }

    /// Reads a protobuf body, the event's own message.
    init(protobuf bytes: [UInt8]) throws {
        event = try EpochCompleted(serializedBytes: bytes)
        event.unknownFields = UnknownStorage()
        guard event.attempt >= 1 else { throw FieldError("attempt", "is required") }
        guard event.epoch >= 1 else { throw FieldError("epoch", "is required") }
        guard event.metrics.count <= 10_000 else {
            throw FieldError("metrics", "has \(event.metrics.count) metrics; at most 10000 fit")
        }
        for metric in event.metrics { try MetricNames.check(metric.name, field: "metrics") }
        event.metrics.sort { $0.name < $1.name }
        for (left, right) in zip(event.metrics, event.metrics.dropFirst()) where left.name == right.name {
            throw FieldError("metrics", "names '\(left.name)' twice")
        }
    }
}

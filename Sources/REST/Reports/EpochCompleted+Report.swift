import API
import SwiftProtobuf
import Tracking

extension EpochCompleted {
    /// The event of a report in JSON.
    init(_ report: EpochReport) {
        self = .with {
            $0.attempt = report.attempt
            $0.epoch = report.epoch
            $0.step = UInt64(report.step)
            $0.metrics = [Metric](report.metrics).sorted { $0.name < $1.name }
        }
    }

    /// The event of a report in protobuf, which is the event's own message.
    init(report bytes: [UInt8]) throws {
        var event = try EpochCompleted(serializedBytes: bytes)
        event.unknownFields = UnknownStorage()
        guard event.attempt >= 1 else { throw FieldError("attempt", "is required") }
        guard event.epoch >= 1 else { throw FieldError("epoch", "is required") }
        guard event.metrics.count <= MetricNames.maximumCount else {
            throw FieldError(
                "metrics", "has \(event.metrics.count) metrics; at most \(MetricNames.maximumCount) are allowed")
        }
        for metric in event.metrics { try MetricNames.check(metric.name, field: "metrics") }
        event.metrics.sort { $0.name < $1.name }
        for (left, right) in zip(event.metrics, event.metrics.dropFirst()) where left.name == right.name {
            let isSpelledAlike = left.name.utf8.elementsEqual(right.name.utf8)
            throw FieldError(
                "metrics",
                "names '\(left.name)' twice"
                    + (isSpelledAlike ? "" : ", in two spellings of the same letters (composed and decomposed)"))
        }
        self = event
    }
}

extension [Metric] {
    /// Metrics as events hold them.
    init(_ values: [MetricValue]) {
        self = values.map { value in
            .with {
                $0.name = value.name
                $0.value = value.value
            }
        }
    }
}

import JSON
import SwiftProtobuf
import Tracking

/// A report of host readings.
struct HostReadingsReport {
    /// The most samples, and the most figures of one sample.
    static let maximumSampleCount = 10_000
    static let maximumFigureCount = 1000
    /// Readings in one event, so that its payload stays below the log's limit.
    private static let eventReadingCount = 900

    var commandID: String?
    var attempt: UInt32
    var events: [TelemetryEvent]
    var readingCount: Int

    /// Reads a JSON body. A sample without a time gets `now`.
    init(json bytes: [UInt8], now: Timestamp) throws {
        let head = try ReportHead(json: bytes)
        commandID = head.commandID
        attempt = head.attempt
        let host = try head.fields.string("host") ?? ""
        var readings: [HostReading] = []
        try head.forEach("readings", counts: 1...Self.maximumSampleCount) { fields, path in
            let time = (try fields.time("time") ?? now).rawValue
            guard let values = try fields.object("values"), !values.isEmpty else {
                throw FieldError(path + ".values", "is required and holds at least one figure")
            }
            guard values.count <= Self.maximumFigureCount else {
                throw FieldError(
                    path + ".values", "has \(values.count) figures; at most \(Self.maximumFigureCount) fit")
            }
            for (name, value) in values {
                try MetricNames.check(name, field: path + ".values")
                guard let number = JSONFields.number(value) else {
                    throw FieldError(path + ".values." + name, "must be a number, not \(value.kindName)")
                }
                readings.append(
                    .with {
                        $0.time = time
                        $0.name = name
                        $0.value = number
                    })
            }
        }
        readingCount = readings.count
        events = Self.events(readings, attempt: attempt, rank: head.rank, host: host)
    }

    /// Reads a protobuf body, the event's own message.
    init(protobuf bytes: [UInt8], now: Timestamp) throws {
        let message = try HostReadingsTaken(serializedBytes: bytes)
        guard message.attempt >= 1 else { throw FieldError("attempt", "is required") }
        guard !message.readings.isEmpty, message.readings.count <= Self.maximumSampleCount * 10 else {
            throw FieldError("readings", "has \(message.readings.count) entries; 1 to 100000 are allowed")
        }
        var readings = message.readings
        for index in readings.indices {
            readings[index].unknownFields = UnknownStorage()
            if readings[index].time == 0 { readings[index].time = now.rawValue }
            try MetricNames.check(readings[index].name, field: "readings[\(index)].name")
        }
        guard message.host.utf8.count <= Session.maximumNameByteCount else {
            throw FieldError("host", "has more than \(Session.maximumNameByteCount) bytes")
        }
        commandID = nil
        attempt = message.attempt
        readingCount = readings.count
        events = Self.events(readings, attempt: message.attempt, rank: message.rank, host: message.host)
    }

    private static func events(
        _ readings: [HostReading], attempt: UInt32, rank: UInt32, host: String
    ) -> [TelemetryEvent] {
        stride(from: 0, to: readings.count, by: eventReadingCount).map { start in
            .hostReadingsTaken(
                .with {
                    $0.attempt = attempt
                    $0.rank = rank
                    $0.host = host
                    $0.readings = Array(readings[start..<min(readings.count, start + eventReadingCount)])
                })
        }
    }
}

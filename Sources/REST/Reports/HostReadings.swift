import API
import SwiftProtobuf
import Tracking
import WebServer

/// Readings of a host on their way into the log.
struct HostReadings {
    /// Readings in one event, so that its payload stays below the log's limit.
    private static let eventReadingCount = 900

    var commandID: String?
    var attempt: UInt32
    var entryCount: Int
    private var rank: UInt32
    private var host: String
    private(set) var readings: [HostReading] = []

    /// Reads a report in JSON.
    init(json bytes: [UInt8]) throws {
        let report: HostReadingReport = try Call.parsed(bytes).document
        commandID = report.commandID
        attempt = report.attempt
        rank = report.rank ?? 0
        host = report.host ?? ""
        for sample in report.readings {
            for value in sample.values {
                readings.append(
                    .with {
                        $0.time = sample.time?.rawValue ?? 0
                        $0.name = value.name
                        $0.value = value.value
                    })
            }
        }
        entryCount = readings.count
    }

    /// Reads a report in protobuf, which is the event's own message.
    init(protobuf bytes: [UInt8]) throws {
        let message = try HostReadingsTaken(serializedBytes: bytes)
        guard message.attempt >= 1 else { throw FieldError("attempt", "is required") }
        guard !message.readings.isEmpty, message.readings.count <= HostReadingReport.maximumSampleCount * 10 else {
            throw FieldError("readings", "has \(message.readings.count) entries; 1 to 100000 are allowed")
        }
        readings = message.readings
        for index in readings.indices {
            readings[index].unknownFields = UnknownStorage()
            try MetricNames.check(readings[index].name, field: "readings[\(index)].name")
        }
        guard message.host.utf8.count <= Session.maximumNameByteCount else {
            throw FieldError("host", "has more than \(Session.maximumNameByteCount) bytes")
        }
        commandID = nil
        attempt = message.attempt
        rank = message.rank
        host = message.host
        entryCount = readings.count
    }

    /// The events, in which readings without a time have `now`.
    func events(now: Timestamp) -> [TelemetryEvent] {
        let timed = readings.map { reading in
            var reading = reading
            if reading.time == 0 { reading.time = now.rawValue }
            return reading
        }
        return stride(from: 0, to: timed.count, by: Self.eventReadingCount).map { start in
            .hostReadingsTaken(
                .with {
                    $0.attempt = attempt
                    $0.rank = rank
                    $0.host = host
                    $0.readings = Array(timed[start..<min(timed.count, start + Self.eventReadingCount)])
                })
        }
    }
}

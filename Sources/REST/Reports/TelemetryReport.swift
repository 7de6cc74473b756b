import Tracking

/// The measurements of a trainer, read from its report and ready for the log.
protocol TelemetryReport {
    /// The id that its sender gave it.
    var commandID: String? { get }
    /// The attempt that measured.
    var attempt: UInt32 { get }
    /// The number of its points, lines or readings.
    var entryCount: Int { get }
    /// True when some of them say no time, and then have that of their arrival.
    var needsTime: Bool { get }

    /// Reads a report in JSON.
    init(json bytes: [UInt8]) throws
    /// Reads a report in protobuf, which is the event's own message.
    init(protobuf bytes: [UInt8]) throws

    /// The events, in which entries without a time have `now`.
    func events(now: Timestamp) -> [TelemetryEvent]
}

extension MetricsScan: TelemetryReport {
    var entryCount: Int { pointCount }
    /// A point without a time has none in the log either.
    var needsTime: Bool { false }

    func events(now: Timestamp) -> [TelemetryEvent] { events }
}

extension LogLines: TelemetryReport {
    var needsTime: Bool { lines.contains { $0.time == 0 } }
}

extension HostReadings: TelemetryReport {
    var needsTime: Bool { readings.contains { $0.time == 0 } }
}

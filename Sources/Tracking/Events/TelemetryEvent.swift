package import SwiftProtobuf

/// An event of a `telemetry/<id>` stream: something that a session measured while it trained.
///
/// The messages are in `schemas/pivot/events/v1/telemetry.proto`.
package enum TelemetryEvent: DomainEvent {
    case metricsReported(MetricsReported)
    case progressReported(ProgressReported)
    case linesLogged(LinesLogged)
    case hostReadingsTaken(HostReadingsTaken)

    package var type: String {
        switch self {
        case .metricsReported: "telemetry.metrics_reported"
        case .progressReported: "telemetry.progress_reported"
        case .linesLogged: "telemetry.lines_logged"
        case .hostReadingsTaken: "telemetry.host_readings_taken"
        }
    }

    package var message: any SwiftProtobuf.Message {
        switch self {
        case .metricsReported(let message): message
        case .progressReported(let message): message
        case .linesLogged(let message): message
        case .hostReadingsTaken(let message): message
        }
    }

    package var priority: AppendPriority { .report }

    package init(type: String, payload: [UInt8]) throws(EventCodecError) {
        switch type {
        case "telemetry.metrics_reported": self = .metricsReported(try Self.decode(payload, of: type))
        case "telemetry.progress_reported": self = .progressReported(try Self.decode(payload, of: type))
        case "telemetry.lines_logged": self = .linesLogged(try Self.decode(payload, of: type))
        case "telemetry.host_readings_taken": self = .hostReadingsTaken(try Self.decode(payload, of: type))
        default: throw .unknownType(type)
        }
    }
}

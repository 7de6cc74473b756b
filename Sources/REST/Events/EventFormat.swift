import HTTPTypes
import Hummingbird
import Tracking
import WebServer

/// The form in which records of the log are sent.
enum EventFormat: String {
    case lines = "application/x-ndjson"
    case messages = "application/x-protobuf"

    /// Messages when the client says that it takes them, else lines.
    init(_ call: Call) {
        self = call.request.headers[.accept]?.contains(Self.messages.rawValue) == true ? .messages : .lines
    }

    /// The bytes of `events`.
    ///
    /// - Parameter reasons: Why records were redacted, by the events that did it.
    /// - Throws: `EventCodecError` for an event that this version cannot write as JSON.
    func bytes(of events: [RecordedEvent], reasons: [LogPosition: String] = [:]) throws -> [UInt8] {
        let payloadByteCount = events.reduce(0) { $0 + $1.payload.count }
        switch self {
        case .lines:
            var writer = EventLineWriter(reservingCapacity: 400 * events.count + 2 * payloadByteCount)
            for event in events {
                try writer.append(event, redactedFor: event.redactedBy.flatMap { reasons[$0] })
            }
            return writer.bytes
        case .messages:
            var writer = EventMessageWriter(reservingCapacity: 200 * events.count + payloadByteCount)
            for event in events { writer.append(event) }
            return writer.bytes
        }
    }
}

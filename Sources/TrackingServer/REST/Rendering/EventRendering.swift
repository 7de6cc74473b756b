import JSON
import SwiftProtobuf
import Tracking

/// A record of the log as one JSON object: the event lines of the API.
enum EventRendering {
    /// The object of `record`.
    ///
    /// - Throws: `EventCodecError` when the record's type is not known here.
    static func object(_ record: RecordedEvent) throws -> JSONObject {
        var object = JSONObject()
        object.add("position", .count(record.position.rawValue))
        object.add("stream", .string(record.stream.description))
        object.add("version", .count(record.version.rawValue))
        object.add("id", .string(record.id.description))
        object.add("type", .string(record.type))
        object.add("schema_version", .count(record.schemaVersion))
        object.add(time: record.recordedAt.rawValue, "recorded_at")
        object.add(time: record.occurredAt?.rawValue, "occurred_at")
        object.add("actor", .string(record.actor))
        object.add("causation", record.causation.map { .string($0.text) })
        object.add("data", try data(of: record))
        return object
    }

    /// The event's fields in snake_case, as its schema names them.
    private static func data(of record: RecordedEvent) throws -> JSONValue {
        var options = JSONEncodingOptions()
        options.preserveProtoFieldNames = true
        options.alwaysPrintInt64sAsNumbers = true
        let message: any SwiftProtobuf.Message =
            switch record.stream.category {
            case .session: try SessionEvent(record).message
            case .telemetry: try TelemetryEvent(record).message
            case .webhook: try WebhookEvent(record).message
            case .notifications, .alertRule, .alert, .apiKey: throw EventCodecError.unknownType(record.type)
            }
        let bytes: [UInt8] = try message.jsonUTF8Bytes(options: options)
        return try JSONValue.parse(bytes)
    }
}

import API
import JSON
import REST
import SwiftProtobuf
import Tracking

/// The forms of a record, made the long way: the measure of what is written straight into a buffer.
extension EventInfo {
    /// The document of a record, its event's fields read from the JSON of its message.
    init(_ record: RecordedEvent) throws {
        self.init()
        position = record.position.rawValue
        stream = record.stream.description
        version = record.version.rawValue
        id = record.id.description
        type = record.type
        schemaVersion = record.schemaVersion
        recordedAt = record.recordedAt
        occurredAt = record.occurredAt
        originallyRecordedAt = record.originallyRecordedAt
        actor = record.actor
        causation = record.shownCausation
        redacted = record.redactedBy.map { redaction in
            var info = EventRedaction()
            info.by = redaction.rawValue
            return info
        }
        data = try Self.data(of: record)
    }

    private static func data(of record: RecordedEvent) throws -> JSONObject {
        var options = JSONEncodingOptions()
        options.preserveProtoFieldNames = true
        options.alwaysPrintInt64sAsNumbers = true
        let message: any SwiftProtobuf.Message =
            switch record.stream.category {
            case .session: try SessionEvent(record).message
            case .telemetry: try TelemetryEvent(record).message
            case .webhook: try WebhookEvent(record).message
            case .alertRule: try AlertRuleEvent(record).message
            case .alert: try AlertEvent(record).message
            case .notifications: try NotificationEvent(record).message
            case .model: try ModelEvent(record).message
            case .retention: try RetentionEvent(record).message
            case .logKeys: try LogKeyEvent(record).message
            case .apiKey: throw EventCodecError.unknownType(record.type)
            }
        let bytes: [UInt8] = try message.jsonUTF8Bytes(options: options)
        return try JSONValue.parse(bytes).objectValue ?? [:]
    }
}

extension EventRecord {
    /// The message of a record.
    init(_ record: RecordedEvent) {
        self = .with {
            $0.position = record.position.rawValue
            $0.stream = record.stream.description
            $0.version = record.version.rawValue
            $0.id = record.id.withBytes { .init($0) }
            $0.type = record.type
            $0.schemaVersion = record.schemaVersion
            $0.recordedAt = record.recordedAt.rawValue
            if let time = record.occurredAt { $0.occurredAt = time.rawValue }
            if let time = record.originallyRecordedAt { $0.originallyRecordedAt = time.rawValue }
            $0.actor = record.actor
            $0.causation = record.shownCausation ?? ""
            $0.payload = .init(record.payload)
            $0.redactedBy = record.redactedBy?.rawValue ?? 0
        }
    }

    /// The message behind its length as a varint.
    func delimitedBytes() throws -> [UInt8] {
        let message: [UInt8] = try serializedBytes()
        var bytes: [UInt8] = []
        var length = message.count
        while length > 0x7F {
            bytes.append(UInt8(length & 0x7F) | 0x80)
            length >>= 7
        }
        return bytes + [UInt8(length)] + message
    }
}

package import API
import JSON
import SwiftProtobuf
package import Tracking

extension EventInfo {
    /// The line of a record.
    ///
    /// - Throws: `EventCodecError` when the record's type is not known here.
    package init(_ record: RecordedEvent) throws {
        self.init()
        position = record.position.rawValue
        stream = record.stream.description
        version = record.version.rawValue
        id = record.id.description
        type = record.type
        schemaVersion = record.schemaVersion
        recordedAt = record.recordedAt
        occurredAt = record.occurredAt
        actor = record.actor
        causation = record.causation?.text
        data = try Self.data(of: record)
    }

    /// The event's fields in snake_case, as its schema names them.
    private static func data(of record: RecordedEvent) throws -> JSONObject {
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
        return try JSONValue.parse(bytes).objectValue ?? [:]
    }
}

extension EventRecord {
    /// The record as a message.
    package init(_ record: RecordedEvent) {
        self = .with {
            $0.position = record.position.rawValue
            $0.stream = record.stream.description
            $0.version = record.version.rawValue
            $0.id = record.id.withBytes { .init($0) }
            $0.type = record.type
            $0.schemaVersion = record.schemaVersion
            $0.recordedAt = record.recordedAt.rawValue
            if let time = record.occurredAt { $0.occurredAt = time.rawValue }
            $0.actor = record.actor
            $0.causation = record.causation?.text ?? ""
            $0.payload = .init(record.payload)
        }
    }
}

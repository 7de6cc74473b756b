import JSON
import SwiftProtobuf
package import Tracking

/// Writes records of the log as lines of JSON, one after the other into one buffer.
///
/// A line is the document `EventInfo` of its record, byte for byte, without the document being made: the header is written
/// field by field, and the event's fields as its message writes them, spelled as the other documents are.
package struct EventLineWriter: Sendable {
    private var writer: JSONWriter
    private var time = TimeText()

    /// - Parameter capacity: The bytes to make room for.
    package init(reservingCapacity capacity: Int = 0) { writer = JSONWriter(reservingCapacity: capacity) }

    /// The lines.
    package var bytes: [UInt8] { writer.bytes }

    /// Appends the line of `record`. When it throws, the line is incomplete and the lines are of no use.
    ///
    /// - Parameter reason: Why the record was redacted, if it was and that is known.
    /// - Throws: `EventCodecError` when the record's type is not known here, or its payload is not that type's.
    package mutating func append(_ record: RecordedEvent, redactedFor reason: String? = nil) throws {
        writer.beginObject()
        writer.key("position")
        writer.integer(Int64(clamping: record.position.rawValue))
        writer.key("stream")
        writer.string(record.stream.description)
        writer.key("version")
        writer.integer(Int64(clamping: record.version.rawValue))
        writer.key("id")
        writer.string(record.id.description)
        writer.key("type")
        writer.string(record.type)
        writer.key("schema_version")
        writer.integer(Int64(record.schemaVersion))
        writer.key("recorded_at")
        time.write(record.recordedAt, to: &writer)
        if let occurredAt = record.occurredAt {
            writer.key("occurred_at")
            time.write(occurredAt, to: &writer)
        }
        if let originallyRecordedAt = record.originallyRecordedAt {
            writer.key("originally_recorded_at")
            time.write(originallyRecordedAt, to: &writer)
        }
        writer.key("actor")
        writer.string(record.actor)
        if let causation = record.shownCausation {
            writer.key("causation")
            writer.string(causation)
        }
        if let redaction = record.redactedBy {
            writer.key("redacted")
            writer.beginObject()
            writer.key("by")
            writer.integer(Int64(clamping: redaction.rawValue))
            if let reason {
                writer.key("reason")
                writer.string(reason)
            }
            writer.endObject()
        }
        writer.key("data")
        writer.raw(MessageText.respelled(try Self.message(of: record).jsonUTF8Bytes(options: Self.options)))
        writer.endObject()
        writer.newline()
    }

    private static let options: JSONEncodingOptions = {
        var options = JSONEncodingOptions()
        options.preserveProtoFieldNames = true
        options.alwaysPrintInt64sAsNumbers = true
        return options
    }()

    private static func message(of record: RecordedEvent) throws(EventCodecError) -> any SwiftProtobuf.Message {
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
        case .apiKey: throw .unknownType(record.type)
        }
    }
}

/// Writes times of which most lie in the second of the one before.
private struct TimeText {
    /// `"2026-01-31T23:59:59.123456Z"` with its quotes, of a moment in `second`.
    private var text: [UInt8] = []
    private var second: Int64?

    /// The moments that have four digits for the year; those beyond are written as the nearest of them.
    private static let writable: ClosedRange<Int64> = -62_135_596_800_000_000...253_402_300_799_999_999
    private static let decimals = 21..<27

    mutating func write(_ time: Timestamp, to writer: inout JSONWriter) {
        let microseconds = min(max(time.rawValue, Self.writable.lowerBound), Self.writable.upperBound)
        var (second, fraction) = microseconds.quotientAndRemainder(dividingBy: 1_000_000)
        if fraction < 0 {
            fraction += 1_000_000
            second -= 1
        }
        if self.second != second {
            text = Array("\"\(time.description)\"".utf8)
            self.second = second
        }
        for place in Self.decimals.reversed() {
            text[place] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: fraction % 10)
            fraction /= 10
        }
        writer.raw(text)
    }
}

package import Tracking

/// Writes records of the log as `EventRecord` messages, each behind its length, into one buffer.
///
/// The bytes are those that the message's own encoding gives. A payload is copied as it is, so a record of any type can be
/// written.
package struct EventMessageWriter: Sendable {
    /// The messages.
    package private(set) var bytes: [UInt8] = []

    /// - Parameter capacity: The bytes to make room for.
    package init(reservingCapacity capacity: Int = 0) { bytes.reserveCapacity(capacity) }

    /// The numbers of the message's fields.
    private enum Field: UInt64 {
        case position = 1
        case stream, version, id, type, schemaVersion, recordedAt, occurredAt, actor, causation, payload
        case originallyRecordedAt, redactedBy
    }

    /// Appends the message of `record`.
    package mutating func append(_ record: RecordedEvent) {
        let category = record.stream.category.rawValue
        let streamCount = category.utf8.count + 1 + record.stream.identity.utf8.count
        let causation = record.shownCausation ?? ""
        let (position, version) = (record.position.rawValue, record.version.rawValue)
        let recordedAt = UInt64(bitPattern: record.recordedAt.rawValue)
        let occurredAt = record.occurredAt.map { UInt64(bitPattern: $0.rawValue) }
        var count = 2 + EventID.byteCount + Self.size(bytes: streamCount)
        count += Self.size(position) + Self.size(version) + Self.size(UInt64(record.schemaVersion))
        count += Self.size(recordedAt) + (occurredAt.map { 1 + Self.varintSize($0) } ?? 0)
        let originallyRecordedAt = record.originallyRecordedAt.map { UInt64(bitPattern: $0.rawValue) }
        count += originallyRecordedAt.map { 1 + Self.varintSize($0) } ?? 0
        count += Self.size(record.redactedBy?.rawValue ?? 0)
        count += Self.size(bytes: record.type.utf8.count) + Self.size(bytes: record.actor.utf8.count)
        count += Self.size(bytes: causation.utf8.count) + Self.size(bytes: record.payload.count)

        append(varint: UInt64(count))
        append(.position, position)
        begin(.stream, byteCount: streamCount)
        bytes.append(contentsOf: category.utf8)
        bytes.append(UInt8(ascii: "/"))
        bytes.append(contentsOf: record.stream.identity.utf8)
        append(.version, version)
        begin(.id, byteCount: EventID.byteCount)
        record.id.withBytes { bytes.append(contentsOf: $0) }
        append(.type, record.type)
        append(.schemaVersion, UInt64(record.schemaVersion))
        append(.recordedAt, recordedAt)
        if let occurredAt {
            append(varint: Field.occurredAt.rawValue << 3)
            append(varint: occurredAt)
        }
        append(.actor, record.actor)
        append(.causation, causation)
        if !record.payload.isEmpty {
            begin(.payload, byteCount: record.payload.count)
            bytes.append(contentsOf: record.payload)
        }
        if let originallyRecordedAt {
            append(varint: Field.originallyRecordedAt.rawValue << 3)
            append(varint: originallyRecordedAt)
        }
        append(.redactedBy, record.redactedBy?.rawValue ?? 0)
    }

    // MARK: - Sizes

    /// The bytes that a field with an integer takes: none for 0.
    private static func size(_ value: UInt64) -> Int { value == 0 ? 0 : 1 + varintSize(value) }

    /// The bytes that a field of `count` bytes takes: none without any.
    private static func size(bytes count: Int) -> Int { count == 0 ? 0 : 1 + varintSize(UInt64(count)) + count }

    private static func varintSize(_ value: UInt64) -> Int { max(1, (70 - value.leadingZeroBitCount) / 7) }

    // MARK: - Fields

    private mutating func append(_ field: Field, _ value: UInt64) {
        guard value != 0 else { return }
        append(varint: field.rawValue << 3)
        append(varint: value)
    }

    private mutating func append(_ field: Field, _ text: String) {
        guard !text.isEmpty else { return }
        begin(field, byteCount: text.utf8.count)
        bytes.append(contentsOf: text.utf8)
    }

    private mutating func begin(_ field: Field, byteCount: Int) {
        append(varint: field.rawValue << 3 | 2)
        append(varint: UInt64(byteCount))
    }

    private mutating func append(varint value: UInt64) {
        var rest = value
        while rest > 0x7F {
            bytes.append(UInt8(truncatingIfNeeded: rest & 0x7F) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(truncatingIfNeeded: rest))
    }
}

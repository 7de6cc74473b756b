package import SwiftProtobuf

/// An event of one family of streams: a stored type name and a payload.
///
/// The conforming enums are the only place where type names are written.
package protocol DomainEvent: Sendable, Equatable {
    /// The stored name, such as `session.epoch_completed`.
    var type: String { get }
    /// The payload's message.
    var message: any SwiftProtobuf.Message { get }
    /// The reach of its append into the room that is kept free on the disk.
    var priority: AppendPriority { get }
    /// The event of a stored type and payload.
    ///
    /// - Throws: `.unknownType` when this family has no such type, `.malformed` when the payload is not its message.
    init(type: String, payload: [UInt8]) throws(EventCodecError)
}

extension DomainEvent {
    /// The newest schema version that this binary writes and reads.
    package static var schemaVersion: UInt32 { 1 }

    /// The event ready to be appended, its payload in deterministic encoding.
    ///
    /// - Throws: `.tooLarge` when the payload exceeds `NewEvent.maximumPayloadByteCount`.
    package func encoded(occurredAt: Timestamp? = nil) throws(EventCodecError) -> NewEvent {
        var options = BinaryEncodingOptions()
        options.useDeterministicOrdering = true
        let payload: [UInt8]
        do {
            payload = try message.serializedBytes(options: options)
        } catch {
            throw .malformed(type: type, reason: "\(error)")
        }
        guard payload.count <= NewEvent.maximumPayloadByteCount else {
            throw .tooLarge(type: type, byteCount: payload.count)
        }
        return NewEvent(
            type: type, schemaVersion: Self.schemaVersion, payload: payload, occurredAt: occurredAt, priority: priority)
    }

    /// The event that a record holds.
    ///
    /// - Throws: `.newerSchema` when a newer binary wrote it, `.unknownType` or `.malformed` as in `init`.
    package init(_ record: RecordedEvent) throws(EventCodecError) {
        guard record.schemaVersion <= Self.schemaVersion else {
            throw .newerSchema(type: record.type, version: record.schemaVersion, known: Self.schemaVersion)
        }
        try self.init(type: record.type, payload: record.payload)
    }

    /// Reads a payload as `Payload`; the building block of the conforming `init`s.
    static func decode<Payload: SwiftProtobuf.Message>(
        _ payload: [UInt8], of type: String
    ) throws(EventCodecError) -> Payload {
        do {
            return try Payload(serializedBytes: payload)
        } catch {
            throw .malformed(type: type, reason: "\(error)")
        }
    }
}

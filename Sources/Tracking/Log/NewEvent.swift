/// A fact that is about to be appended: its type, the version of its schema, and its encoded payload.
package struct NewEvent: Hashable, Sendable {
    /// The most bytes of a payload before compression; a larger report becomes several events of one append.
    package static let maximumPayloadByteCount = 256 * 1024

    /// The type's name as it is stored: lower case, dotted, past tense, never renamed.
    package var type: String
    /// Raised when the meaning of the payload changes; additive fields keep it.
    package var schemaVersion: UInt32
    /// The message in deterministic protobuf encoding.
    package var payload: [UInt8]
    /// The time at which it happened by the sender's clock, if the sender said so.
    package var occurredAt: Timestamp?
    /// The reach of its append into the room that is kept free. It is not stored.
    package var priority: AppendPriority
    /// Where it was recorded first; nil for what happens here.
    package var origin: Origin?

    /// The record of an event in the log that it is taken over from.
    package struct Origin: Hashable, Sendable {
        package var id: EventID
        package var recordedAt: Timestamp
        package var actor: String

        package init(id: EventID, recordedAt: Timestamp, actor: String) {
            self.id = id
            self.recordedAt = recordedAt
            self.actor = actor
        }
    }

    package init(
        type: String, schemaVersion: UInt32 = 1, payload: [UInt8], occurredAt: Timestamp? = nil,
        priority: AppendPriority = .ordinary, origin: Origin? = nil
    ) {
        self.type = type
        self.schemaVersion = schemaVersion
        self.payload = payload
        self.occurredAt = occurredAt
        self.priority = priority
        self.origin = origin
    }
}

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

    package init(
        type: String, schemaVersion: UInt32 = 1, payload: [UInt8], occurredAt: Timestamp? = nil,
        priority: AppendPriority = .ordinary
    ) {
        self.type = type
        self.schemaVersion = schemaVersion
        self.payload = payload
        self.occurredAt = occurredAt
        self.priority = priority
    }
}

/// An event as the log holds it: what happened, and where and when it was recorded.
package struct RecordedEvent: Hashable, Sendable {
    package var position: LogPosition
    package var stream: StreamID
    /// The event's place in its stream, from 1.
    package var version: StreamVersion
    package var id: EventID
    package var type: String
    package var schemaVersion: UInt32
    /// The server's clock at the append, never before the previous record's.
    package var recordedAt: Timestamp
    /// The sender's clock, when the sender said it.
    package var occurredAt: Timestamp?
    /// The one that asked for it: `api`, `trainer`, `launcher`, `lease-watch`, a key's name.
    package var actor: String
    /// The command that caused it.
    package var causation: CommandID?
    /// SHA-256 over the record's salt and the payload.
    package var payloadDigest: Digest
    /// The decompressed payload; what is left of it when it was redacted.
    package var payload: [UInt8]
    /// When it was recorded on the server that it was imported from; nil for what happened here.
    package var originallyRecordedAt: Timestamp?
    /// The position of the event by which content of the payload was removed; nil while it is whole. The digest is that of the
    /// whole payload always.
    package var redactedBy: LogPosition?

    package init(
        position: LogPosition, stream: StreamID, version: StreamVersion, id: EventID, type: String,
        schemaVersion: UInt32, recordedAt: Timestamp, occurredAt: Timestamp?, actor: String, causation: CommandID?,
        payloadDigest: Digest, payload: [UInt8],
        originallyRecordedAt: Timestamp? = nil, redactedBy: LogPosition? = nil
    ) {
        self.position = position
        self.stream = stream
        self.version = version
        self.id = id
        self.type = type
        self.schemaVersion = schemaVersion
        self.recordedAt = recordedAt
        self.occurredAt = occurredAt
        self.actor = actor
        self.causation = causation
        self.payloadDigest = payloadDigest
        self.payload = payload
        self.originallyRecordedAt = originallyRecordedAt
        self.redactedBy = redactedBy
    }

    /// The time at which it happened: the sender's time if there is one, else when it was recorded.
    package var time: Timestamp { occurredAt ?? firstRecordedAt }

    /// True for an event that another server recorded: it is history, on which nobody acts.
    package var isImported: Bool { originallyRecordedAt != nil }

    /// When the server that saw it happen recorded it.
    package var firstRecordedAt: Timestamp { originallyRecordedAt ?? recordedAt }
}

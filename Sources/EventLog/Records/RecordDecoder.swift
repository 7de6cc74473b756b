package import Tracking

/// Reads records. It remembers the names it saw last, since neighbours in the log mostly share them, so one decoder is
/// used for a batch.
package struct RecordDecoder {
    private var streams = RecentNames<StreamID>()
    private var types = RecentNames<String>()
    private var actors = RecentNames<String>()
    /// The command of the record before; commands mostly differ, but for the records of one append.
    private var lastCausation: (bytes: [UInt8], command: CommandID)?
    private let decompressor = PayloadDecompressor()
    private let verifiesDigests: Bool

    /// - Parameter verifiesDigests: True to compare each payload with its digest, beyond the checks.
    package init(verifiesDigests: Bool = false) {
        self.verifiesDigests = verifiesDigests
    }

    /// The event of a record. Of a redacted one the payload is what is left.
    ///
    /// - Throws: `RecordError` when the bytes are anything but one whole, undamaged record.
    package mutating func decode(_ bytes: [UInt8]) throws(RecordError) -> RecordedEvent {
        let result = bytes.withUnsafeBytes { buffer in
            Result { () throws(RecordError) in try decode(buffer) }
        }
        return try result.get()
    }

    /// The event of a record, read where it lies.
    mutating func decode(_ bytes: UnsafeRawBufferPointer) throws(RecordError) -> RecordedEvent {
        try decode(try RecordView(bytes))
    }

    /// The event of a record whose header is verified.
    mutating func decode(_ view: RecordView) throws(RecordError) -> RecordedEvent {
        let (payload, redactedBy) = try payload(of: view)
        return RecordedEvent(
            position: view.position, stream: try stream(of: view), version: view.version, id: view.eventID,
            type: try types.name(view.type, orThrow: .field("type")) { $0 },
            schemaVersion: view.schemaVersion, recordedAt: view.recordedAt, occurredAt: view.occurredAt,
            actor: view.actor.isEmpty ? "" : try actors.name(view.actor, orThrow: .field("actor")) { $0 },
            causation: try causation(of: view),
            payloadDigest: view.payloadDigest, payload: payload, originallyRecordedAt: view.originallyRecordedAt,
            redactedBy: redactedBy)
    }

    /// The stream of a record whose header is verified.
    mutating func stream(of view: RecordView) throws(RecordError) -> StreamID {
        try streams.name(view.stream, orThrow: .field("stream")) { StreamID($0) }
    }

    /// The causing command of a record whose header is verified.
    mutating func causation(of view: RecordView) throws(RecordError) -> CommandID? {
        let bytes = view.causation
        guard !bytes.isEmpty else { return nil }
        if let lastCausation, lastCausation.bytes.isEqual(to: bytes) { return lastCausation.command }
        guard let text = String(validating: bytes, as: UTF8.self), let command = CommandID(text) else {
            throw .field("causation")
        }
        lastCausation = (Array(bytes), command)
        return command
    }

    /// The payload, and the event that redacted it.
    private func payload(of view: RecordView) throws(RecordError) -> ([UInt8], redactedBy: LogPosition?) {
        let salt: UnsafeRawBufferPointer
        let payload: [UInt8]
        switch try view.content() {
        case .present(let presentSalt, let stored): (salt, payload) = (presentSalt, try self.payload(stored, of: view))
        case .redacted(let redaction, let remainder):
            guard remainder.count <= NewEvent.maximumPayloadByteCount else { throw .field("payload length") }
            return (Array(remainder), redaction)
        }
        if verifiesDigests {
            var hasher = Digest.Hasher()
            hasher.update(salt)
            hasher.update(payload)
            guard hasher.finalize() == view.payloadDigest else { throw .payloadDigest }
        }
        return (payload, nil)
    }

    /// What the header of a record has the digest of; nil when it was redacted.
    func content(of view: RecordView) throws(RecordError) -> LeafRecord.Content? {
        guard let (salt, stored) = try view.body() else { return nil }
        return LeafRecord.Content(salt: Array(salt), payload: try payload(stored, of: view))
    }

    /// The payload that is stored as `stored`.
    private func payload(_ stored: UnsafeRawBufferPointer, of view: RecordView) throws(RecordError) -> [UInt8] {
        let count = view.payloadByteCount
        guard count <= NewEvent.maximumPayloadByteCount else { throw .field("payload length") }
        switch view.codec {
        case .stored:
            guard stored.count == count else { throw .field("payload length") }
            return Array(stored)
        case .zstandard:
            guard stored.count < count else { throw .field("payload length") }
            return try decompressor.decompress(stored, byteCount: count)
        }
    }
}

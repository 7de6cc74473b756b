import Checksum
import Tracking

/// A record that is complete but for what only the writer knows: its position, its version and when it was recorded.
struct PreparedRecord: Sendable {
    /// The record with zeros in the three fields and the header's check.
    private let image: [UInt8]
    let headerByteCount: Int
    /// The event without what only the writer knows.
    private let event: RecordedEvent

    var type: String { event.type }
    var schemaVersion: UInt32 { event.schemaVersion }

    /// The bytes that the record takes.
    var byteCount: Int { image.count }

    /// Encodes `event`.
    ///
    /// - Precondition: the type has 1 to 255 bytes, the actor at most 255, the payload at most
    ///   `NewEvent.maximumPayloadByteCount`.
    init(
        _ event: NewEvent, stream: StreamID, id: EventID, actor: String, causation: CommandID?, salt: Salt,
        compressor: PayloadCompressor
    ) {
        var stored = event.payload
        var codec = RecordLayout.Codec.stored
        if event.payload.count >= RecordLayout.compressionThreshold,
            let compressed = compressor.compress(event.payload)
        {
            stored = compressed
            codec = .zstandard
        }
        var hasher = Digest.Hasher()
        hasher.update(salt.bytes)
        hasher.update(event.payload)
        let digest = hasher.finalize()
        self.event = RecordedEvent(
            position: .start, stream: stream, version: .none, id: id, type: event.type,
            schemaVersion: event.schemaVersion, recordedAt: Timestamp(rawValue: 0), occurredAt: event.occurredAt,
            actor: actor, causation: causation, payloadDigest: digest, payload: event.payload,
            originallyRecordedAt: event.origin?.recordedAt)

        let texts = [stream.description, event.type, actor, causation?.text ?? ""]
        let textCounts = texts.map(\.utf8.count)
        precondition(textCounts.allSatisfy { $0 <= 255 } && textCounts[1] > 0, "a name has at most 255 bytes")
        precondition(event.payload.count <= NewEvent.maximumPayloadByteCount, "a payload has at most 256 KiB")
        let headerByteCount =
            RecordLayout.fixedByteCount
            + RecordLayout.timesByteCount(hasOccurredAt: event.occurredAt != nil, isImported: event.origin != nil)
            + textCounts.reduce(0, +)
        self.headerByteCount = headerByteCount

        var image: [UInt8] = []
        image.reserveCapacity(
            headerByteCount + 2 * RecordLayout.checkByteCount + RecordLayout.bodyPrefixByteCount
                + RecordLayout.saltByteCount + stored.count)
        image.append(event.origin == nil ? RecordLayout.format : RecordLayout.importedFormat)
        image.append(codec.rawValue | (event.occurredAt == nil ? 0 : RecordLayout.occurredAtFlag))
        image.append(bigEndian: UInt16(headerByteCount))
        image.append(contentsOf: textCounts.map { UInt8($0) })
        image.append(contentsOf: repeatElement(0, count: 24))
        image.append(bigEndian: event.schemaVersion)
        image.append(bigEndian: UInt32(event.payload.count))
        id.withBytes { image.append(contentsOf: $0) }
        digest.withBytes { image.append(contentsOf: $0) }
        if let occurredAt = event.occurredAt { image.append(bigEndian: occurredAt.rawValue) }
        if let origin = event.origin { image.append(bigEndian: origin.recordedAt.rawValue) }
        for text in texts { image.append(contentsOf: text.utf8) }
        image.append(contentsOf: repeatElement(0, count: RecordLayout.checkByteCount))
        let body = image.count
        image.append(RecordLayout.BodyState.present.rawValue)
        image.append(bigEndian: UInt32(stored.count))
        image.append(contentsOf: salt.bytes)
        image.append(contentsOf: stored)
        let check = image.withUnsafeBytes { bytes in
            Check64.of(
                UnsafeRawBufferPointer(rebasing: bytes[body...]),
                seed: bytes.integer(at: RecordLayout.payloadDigest, as: UInt64.self))
        }
        image.append(bigEndian: check)
        self.image = image
    }

    /// Writes the whole record into `target`, which has exactly `byteCount` bytes.
    func write(
        into target: UnsafeMutableRawBufferPointer, position: LogPosition, version: StreamVersion,
        recordedAt: Timestamp
    ) {
        image.withUnsafeBytes { target.copyMemory(from: $0) }
        target.store(position.rawValue, at: RecordLayout.position)
        target.store(version.rawValue, at: RecordLayout.version)
        target.store(recordedAt.rawValue, at: RecordLayout.recordedAt)
        let header = UnsafeRawBufferPointer(rebasing: target[..<headerByteCount])
        target.store(Check64.of(header), at: headerByteCount)
    }

    /// The event as it is read once it is written.
    func event(position: LogPosition, version: StreamVersion, recordedAt: Timestamp) -> RecordedEvent {
        var event = event
        event.position = position
        event.version = version
        event.recordedAt = recordedAt
        return event
    }

    /// The whole record as bytes.
    func bytes(position: LogPosition, version: StreamVersion, recordedAt: Timestamp) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: byteCount) { buffer, count in
            write(
                into: UnsafeMutableRawBufferPointer(buffer), position: position, version: version,
                recordedAt: recordedAt)
            count = byteCount
        }
    }
}

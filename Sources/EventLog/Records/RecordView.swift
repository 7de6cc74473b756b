import Checksum
import Tracking

/// A record's header where it lies, after its lengths and its check were verified.
struct RecordView {
    let bytes: UnsafeRawBufferPointer
    let headerByteCount: Int
    let codec: RecordLayout.Codec
    private let textStart: Int

    /// Verifies the header. No byte is trusted before the check.
    init(_ bytes: UnsafeRawBufferPointer) throws(RecordError) {
        guard bytes.count >= RecordLayout.fixedByteCount + RecordLayout.checkByteCount else { throw .length }
        let isImported = bytes[0] == RecordLayout.importedFormat
        guard isImported || bytes[0] == RecordLayout.format else { throw .unknownFormat(bytes[0]) }
        let headerByteCount = Int(bytes.integer(at: 2, as: UInt16.self))
        let flags = bytes[1]
        let textStart =
            RecordLayout.fixedByteCount
            + RecordLayout.timesByteCount(
                hasOccurredAt: flags & RecordLayout.occurredAtFlag != 0, isImported: isImported)
        let textByteCount = Int(bytes[4]) + Int(bytes[5]) + Int(bytes[6]) + Int(bytes[7])
        guard headerByteCount == textStart + textByteCount else { throw .headerCheck }
        guard bytes.count >= headerByteCount + RecordLayout.checkByteCount else { throw .length }
        let header = UnsafeRawBufferPointer(rebasing: bytes[..<headerByteCount])
        guard bytes.integer(at: headerByteCount, as: UInt64.self) == Check64.of(header) else { throw .headerCheck }
        guard flags & ~RecordLayout.knownFlags == 0,
            let codec = RecordLayout.Codec(rawValue: flags & RecordLayout.codecMask)
        else { throw .field("codec") }
        self.bytes = bytes
        self.headerByteCount = headerByteCount
        self.codec = codec
        self.textStart = textStart
    }

    var position: LogPosition { LogPosition(bytes.integer(at: RecordLayout.position, as: UInt64.self)) }
    var version: StreamVersion { StreamVersion(bytes.integer(at: RecordLayout.version, as: UInt64.self)) }
    var recordedAt: Timestamp {
        Timestamp(rawValue: bytes.integer(at: RecordLayout.recordedAt, as: Int64.self))
    }
    var occurredAt: Timestamp? {
        guard bytes[1] & RecordLayout.occurredAtFlag != 0 else { return nil }
        return Timestamp(rawValue: bytes.integer(at: RecordLayout.fixedByteCount, as: Int64.self))
    }
    /// When an imported record was recorded first; nil for others.
    var originallyRecordedAt: Timestamp? {
        guard bytes[0] == RecordLayout.importedFormat else { return nil }
        return Timestamp(rawValue: bytes.integer(at: textStart - 8, as: Int64.self))
    }
    var schemaVersion: UInt32 { bytes.integer(at: RecordLayout.schemaVersion, as: UInt32.self) }
    var payloadByteCount: Int { Int(bytes.integer(at: RecordLayout.payloadByteCount, as: UInt32.self)) }
    var eventID: EventID { EventID(bytes: part(RecordLayout.eventID, EventID.byteCount)) }
    var payloadDigest: Digest {
        guard let digest = Digest(bytes: part(RecordLayout.payloadDigest, Digest.byteCount)) else {
            preconditionFailure("a digest is made of \(Digest.byteCount) bytes")
        }
        return digest
    }

    /// The UTF-8 of the stream's name.
    var stream: UnsafeRawBufferPointer { part(textStart, Int(bytes[4])) }
    /// The UTF-8 of the type's name.
    var type: UnsafeRawBufferPointer { part(textStart + Int(bytes[4]), Int(bytes[5])) }
    /// The UTF-8 of the actor.
    var actor: UnsafeRawBufferPointer { part(textStart + Int(bytes[4]) + Int(bytes[5]), Int(bytes[6])) }
    /// The UTF-8 of the causing command's id; empty for none.
    var causation: UnsafeRawBufferPointer { part(headerByteCount - Int(bytes[7]), Int(bytes[7])) }

    private func part(_ offset: Int, _ count: Int) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + count])
    }

    /// The salt and the payload as stored; nil when it was redacted.
    func body() throws(RecordError) -> (salt: UnsafeRawBufferPointer, stored: UnsafeRawBufferPointer)? {
        guard case .present(let salt, let stored) = try content() else { return nil }
        return (salt, stored)
    }

    /// A body, after its check was verified.
    enum Content {
        case present(salt: UnsafeRawBufferPointer, stored: UnsafeRawBufferPointer)
        /// The event that redacted it, and what is left of the payload.
        case redacted(by: LogPosition, remainder: UnsafeRawBufferPointer)
    }

    /// The body of the record.
    func content() throws(RecordError) -> Content {
        let start = headerByteCount + RecordLayout.checkByteCount
        guard bytes.count >= start + RecordLayout.bodyPrefixByteCount + RecordLayout.checkByteCount else {
            throw .length
        }
        let checkStart = bytes.count - RecordLayout.checkByteCount
        let body = UnsafeRawBufferPointer(rebasing: bytes[start..<checkStart])
        let seed = bytes.integer(at: RecordLayout.payloadDigest, as: UInt64.self)
        guard bytes.integer(at: checkStart, as: UInt64.self) == Check64.of(body, seed: seed) else { throw .bodyCheck }
        let storedByteCount = Int(body.integer(at: 1, as: UInt32.self))
        switch RecordLayout.BodyState(rawValue: body[0]) {
        case .present:
            let saltEnd = RecordLayout.bodyPrefixByteCount + RecordLayout.saltByteCount
            guard body.count == saltEnd + storedByteCount else { throw .length }
            return .present(
                salt: UnsafeRawBufferPointer(rebasing: body[RecordLayout.bodyPrefixByteCount..<saltEnd]),
                stored: UnsafeRawBufferPointer(rebasing: body[saltEnd...]))
        case .redacted:
            let positionEnd = RecordLayout.bodyPrefixByteCount + RecordLayout.redactionByteCount
            guard body.count == positionEnd + storedByteCount else { throw .length }
            let redaction = LogPosition(body.integer(at: RecordLayout.bodyPrefixByteCount, as: UInt64.self))
            guard redaction > position else { throw .field("redaction") }
            return .redacted(by: redaction, remainder: UnsafeRawBufferPointer(rebasing: body[positionEnd...]))
        case nil: throw .field("body state")
        }
    }
}

import SwiftProtobuf

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// The digest of what a stream tells, which is the same on every server that has it.
///
/// It is the SHA-256 of the stream's records as `EventRecord` messages, each behind its length as a varint, without what a log
/// adds: the position, the version, the causing command and the redaction are left out, and the time of recording is the first one. What an
/// import adds, `session.imported` and the `session.stopped` behind it of a session that had not ended, is left out, so that
/// handing a session on does not change its digest.
package struct StreamContent: Sendable {
    /// The events that count.
    package private(set) var eventCount = 0
    private var hasher = Digest.Hasher()
    /// True right after the import of a session that had not ended.
    private var isInterrupted = false

    /// A stream without events.
    package init() {}

    package mutating func add(_ record: EventRecord) {
        if record.type == SessionEvent.imported(SessionImported()).type {
            // One that cannot be read is refused by whoever reads the events.
            let imported = try? SessionImported(serializedBytes: record.payload)
            isInterrupted = imported?.interruptedStatus.isEmpty == false
            return
        }
        defer { isInterrupted = false }
        guard !isInterrupted || record.type != SessionEvent.stopped(Stopped()).type else { return }
        eventCount += 1
        hasher.update(record.content.delimitedBytes)
    }

    package var digest: Digest { hasher.finalize() }

    /// The digest of a session: SHA-256 of the digests of its two streams, 32 bytes each.
    package static func digest(session: StreamContent, telemetry: StreamContent) -> Digest {
        Digest(hashing: session.digest.bytes + telemetry.digest.bytes)
    }
}

extension EventRecord {
    /// The message of a record.
    package init(of record: RecordedEvent) {
        self = .with {
            $0.position = record.position.rawValue
            $0.stream = record.stream.description
            $0.version = record.version.rawValue
            $0.id = .init(record.id.bytes)
            $0.type = record.type
            $0.schemaVersion = record.schemaVersion
            $0.recordedAt = record.recordedAt.rawValue
            if let occurredAt = record.occurredAt { $0.occurredAt = occurredAt.rawValue }
            if let first = record.originallyRecordedAt { $0.originallyRecordedAt = first.rawValue }
            $0.actor = record.actor
            $0.causation = record.causation?.text ?? ""
            $0.payload = .init(record.payload)
            $0.redactedBy = record.redactedBy?.rawValue ?? 0
        }
    }

    /// When the server that saw it happen recorded it, in microseconds since 1970.
    package var firstRecordedAt: Int64 { hasOriginallyRecordedAt ? originallyRecordedAt : recordedAt }

    /// The record without what its log added.
    package var content: EventRecord {
        var content = self
        content.position = 0
        content.version = 0
        content.recordedAt = firstRecordedAt
        content.clearOriginallyRecordedAt()
        content.causation = ""
        content.redactedBy = 0
        content.unknownFields = UnknownStorage()
        return content
    }

    /// The message behind its length as a varint.
    package var delimitedBytes: [UInt8] {
        let bytes: [UInt8]
        do {
            bytes = try serializedBytes()
        } catch {
            preconditionFailure("a message without required fields can be written: \(error)")
        }
        var delimited: [UInt8] = []
        var rest = bytes.count
        while rest > 0x7F {
            delimited.append(UInt8(rest & 0x7F) | 0x80)
            rest >>= 7
        }
        delimited.append(UInt8(rest))
        return delimited + bytes
    }
}

package import Tracking
import Zstandard

/// Reads records. It remembers the names it saw last, since neighbours in the log mostly share them, so one decoder is
/// used for a batch.
package struct RecordDecoder {
    private var streams = RecentNames<StreamID>()
    private var types = RecentNames<String>()
    private var actors = RecentNames<String>()
    private var causations = RecentNames<CommandID>()
    private let verifiesDigests: Bool

    /// - Parameter verifiesDigests: Whether each payload is compared with its digest, beyond the checks.
    package init(verifiesDigests: Bool = false) {
        self.verifiesDigests = verifiesDigests
    }

    /// The event of a record. A redacted one has no payload.
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
        let payload = try payload(of: view)
        return RecordedEvent(
            position: view.position, stream: try stream(of: view), version: view.version, id: view.eventID,
            type: try types.name(view.type, orThrow: .field("type")) { $0 },
            schemaVersion: view.schemaVersion, recordedAt: view.recordedAt, occurredAt: view.occurredAt,
            actor: view.actor.isEmpty ? "" : try actors.name(view.actor, orThrow: .field("actor")) { $0 },
            causation: try causation(of: view),
            payloadDigest: view.payloadDigest, payload: payload)
    }

    /// The stream of a record whose header is verified.
    mutating func stream(of view: RecordView) throws(RecordError) -> StreamID {
        try streams.name(view.stream, orThrow: .field("stream")) { StreamID($0) }
    }

    /// The causing command of a record whose header is verified.
    mutating func causation(of view: RecordView) throws(RecordError) -> CommandID? {
        guard !view.causation.isEmpty else { return nil }
        return try causations.name(view.causation, orThrow: .field("causation")) { CommandID($0) }
    }

    private func payload(of view: RecordView) throws(RecordError) -> [UInt8] {
        guard let (salt, stored) = try view.body() else { return [] }
        let count = view.payloadByteCount
        guard count <= NewEvent.maximumPayloadByteCount else { throw .field("payload length") }
        let payload: [UInt8]
        switch view.codec {
        case .stored:
            guard stored.count == count else { throw .field("payload length") }
            payload = Array(stored)
        case .zstandard:
            guard stored.count < count else { throw .field("payload length") }
            do {
                payload = try Zstandard.decompress(Array(stored), maximumByteCount: count)
            } catch {
                throw .field("compressed payload")
            }
            guard payload.count == count else { throw .field("payload length") }
        }
        if verifiesDigests {
            var hasher = Digest.Hasher()
            hasher.update(salt)
            hasher.update(payload)
            guard hasher.finalize() == view.payloadDigest else { throw .payloadDigest }
        }
        return payload
    }
}

/// The last few names that were read, found again by their bytes without making a string.
private struct RecentNames<Name> {
    private var entries: [(bytes: [UInt8], name: Name)] = []
    private var replaced = 0

    private static var capacity: Int { 8 }

    /// The name whose UTF-8 is `bytes`; `error` when they are not UTF-8 or `make` refuses them.
    mutating func name(
        _ bytes: UnsafeRawBufferPointer, orThrow error: RecordError, _ make: (String) -> Name?
    ) throws(RecordError) -> Name {
        for entry in entries
        where entry.bytes.count == bytes.count && entry.bytes.withUnsafeBytes({ $0.elementsEqual(bytes) }) {
            return entry.name
        }
        guard let text = String(validating: bytes, as: UTF8.self), let name = make(text) else { throw error }
        if entries.count < Self.capacity {
            entries.append((Array(bytes), name))
        } else {
            entries[replaced] = (Array(bytes), name)
            replaced = (replaced + 1) % Self.capacity
        }
        return name
    }
}

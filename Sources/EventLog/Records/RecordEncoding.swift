import Checksum
package import Tracking

/// Records as bytes, for whoever makes one outside a store: tests, imports and repairs.
package enum RecordEncoding {
    /// The record of `event` at a place.
    ///
    /// - Throws: `tooLarge` when the payload or a name is longer than the log takes.
    package static func record(
        of event: NewEvent, stream: StreamID, command: CommandID, actor: String, salt: Salt,
        position: LogPosition, version: StreamVersion, recordedAt: Timestamp
    ) throws(AppendError) -> [UInt8] {
        let request = AppendRequest(
            stream: stream, events: [event], expecting: .any, commandID: command,
            commandDigest: Digest(hashing: event.payload), actor: actor)
        return try PreparedAppend(request, compressor: PayloadCompressor()) { salt }.records[0].bytes(
            position: position, version: version, recordedAt: recordedAt)
    }

    /// `record` without its content: what is left of its payload, and the position of the event that says why.
    ///
    /// - Throws: When `record` is none.
    package static func redacted(
        _ record: [UInt8], by redaction: LogPosition, leaving payload: [UInt8]
    ) throws(RecordError) -> [UInt8] {
        let result = record.withUnsafeBytes { bytes in
            Result { () throws(RecordError) in try RecordView(bytes).redacted(by: redaction, leaving: payload) }
        }
        return try result.get()
    }

    /// The checksum of the format over `bytes`, with seed 0.
    package static func check(_ bytes: [UInt8]) -> UInt64 { bytes.withUnsafeBytes { Check64.of($0) } }

    /// Computes the checks of a record again, where its lengths leave room for them.
    package static func repairChecks(of record: inout [UInt8]) {
        let checkByteCount = RecordLayout.checkByteCount
        record.withUnsafeMutableBytes { bytes in
            guard bytes.count >= RecordLayout.fixedByteCount + checkByteCount else { return }
            let headerByteCount = Int(UnsafeRawBufferPointer(bytes).integer(at: 2, as: UInt16.self))
            let bodyStart = headerByteCount + checkByteCount
            guard bytes.count >= bodyStart else { return }
            let header = UnsafeRawBufferPointer(rebasing: bytes[..<headerByteCount])
            bytes.store(Check64.of(header), at: headerByteCount)
            guard bytes.count >= bodyStart + checkByteCount else { return }
            let bodyEnd = bytes.count - checkByteCount
            let body = UnsafeRawBufferPointer(rebasing: bytes[bodyStart..<bodyEnd])
            let seed = UnsafeRawBufferPointer(bytes).integer(at: RecordLayout.payloadDigest, as: UInt64.self)
            bytes.store(Check64.of(body, seed: seed), at: bodyEnd)
        }
    }
}

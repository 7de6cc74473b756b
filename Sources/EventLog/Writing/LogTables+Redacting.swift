import Checksum
import LMDB
import Tracking

/// Redacting records in place: the header and its check stay byte for byte.
extension LogTables {
    /// True when there is a record at `position` that was not redacted.
    func isWhole(
        _ position: LogPosition, in transaction: borrowing some Transaction & ~Copyable
    ) throws(LMDBError) -> Bool {
        let found = try transaction.withValue(for: LogTables.recordKey(position), in: records) { bytes in
            Result { () throws(RecordError) in try RecordView(bytes).body() != nil }
        }
        guard let found else { return false }
        do throws(RecordError) {
            return try found.get()
        } catch {
            throw damaged("The log cannot be read at position \(position). \(error)", transaction.path)
        }
    }

    /// Puts what is left of a record in its place.
    ///
    /// - Parameter redaction: The position of the event that names the record.
    func redact(
        _ record: RecordRemainder, by redaction: LogPosition, in transaction: borrowing WriteTransaction
    ) throws(LMDBError) {
        let key = LogTables.recordKey(record.position)
        let found = try transaction.withValue(for: key, in: records) { bytes in
            Result { () throws(RecordError) in try RecordView(bytes).redacted(by: redaction, leaving: record.payload) }
        }
        guard let found else {
            throw damaged("The record at position \(record.position) is missing.", transaction.path)
        }
        let bytes: [UInt8]
        do throws(RecordError) {
            bytes = try found.get()
        } catch {
            throw damaged("The log cannot be read at position \(record.position). \(error)", transaction.path)
        }
        try transaction.put(bytes, for: key, in: records)
    }
}

extension RecordView {
    /// The bytes of the record without its content: state 1, the length of what is left, the position of the event that says
    /// why, and what is left.
    func redacted(by redaction: LogPosition, leaving payload: [UInt8]) -> [UInt8] {
        let start = headerByteCount + RecordLayout.checkByteCount
        var record = Array(bytes[..<start])
        record.append(RecordLayout.BodyState.redacted.rawValue)
        record.append(bigEndian: UInt32(payload.count))
        record.append(bigEndian: redaction.rawValue)
        record += payload
        let seed = bytes.integer(at: RecordLayout.payloadDigest, as: UInt64.self)
        let check = record.withUnsafeBytes { Check64.of(UnsafeRawBufferPointer(rebasing: $0[start...]), seed: seed) }
        record.append(bigEndian: check)
        return record
    }
}

import LMDB
import Tracking

extension LogTables {
    /// Remembers the schema version of `record` if it is the highest of its type, as written by `release`.
    func mark(
        _ record: UnsafeRawBufferPointer, release: String, in transaction: borrowing WriteTransaction
    ) throws(LMDBError) {
        let view: RecordView
        do throws(RecordError) {
            view = try RecordView(record)
        } catch {
            // The entry's checksum holds. A record that cannot be read is reported when the log is read.
            return
        }
        let type = Array(view.type)
        let known = try transaction.value(for: type, in: schemas).flatMap { LogMarker($0) }
        if let known, known.number >= view.schemaVersion { return }
        try transaction.put(LogMarker(number: view.schemaVersion, release: release).bytes, for: type, in: schemas)
    }
}

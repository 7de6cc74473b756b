import LMDB
import Tracking
import Transparency

/// Reading records as leaves of the tree: only what the database has, since the tree has no more.
extension LogReader {
    func headers(after position: LogPosition, limit: Int) throws(StorageError) -> [[UInt8]] {
        var headers: [[UInt8]] = []
        var failure: StorageError?
        try read { (transaction, _) throws(LMDBError) in
            let size = try tables.frontier(in: transaction).size
            guard limit > 0, position.rawValue < size else { return }
            let range = KeyRange.from(
                LogTables.recordKey(position.next), through: LogTables.recordKey(LogPosition(size)))
            try transaction.forEach(in: tables.records, range: range) { entry in
                do throws(RecordError) {
                    let view = try RecordView(entry.value)
                    headers.append(Array(view.bytes[..<view.headerByteCount]))
                    return headers.count < limit ? .next : .stop
                } catch {
                    failure = StorageError(error, at: LogTables.position(ofKey: entry.key) ?? .start)
                    return .stop
                }
            }
        }
        if let failure { throw failure }
        return headers
    }

    func leafRecords(at positions: [LogPosition]) throws(StorageError) -> [LeafRecord] {
        let decoder = RecordDecoder()
        let found = try read { (transaction, _) throws(LMDBError) in
            var found: [Result<LeafRecord, RecordError>?] = []
            for position in positions {
                found.append(
                    try transaction.withValue(for: LogTables.recordKey(position), in: tables.records) { bytes in
                        Result { () throws(RecordError) in try decoder.leafRecord(RecordView(bytes)) }
                    })
            }
            return found
        }
        var records: [LeafRecord] = []
        for (position, result) in zip(positions, found) {
            guard let result else {
                throw StorageError(damaged: "The record at position \(position) is missing.")
            }
            do throws(RecordError) {
                records.append(try result.get())
            } catch {
                throw StorageError(error, at: position)
            }
        }
        return records
    }
}

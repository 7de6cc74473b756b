import LMDB
import Tracking

/// Epoch records by session and position.
extension Transaction where Self: ~Copyable {
    /// At most `latest` records of `session` at `position` or before, the last ones, in the order of their positions.
    func epochRecords(
        of session: SessionDocument, through position: LogPosition, latest: Int, allAttempts: Bool, in tables: Tables
    ) throws(LMDBError) -> [EpochRecordDocument] {
        guard latest > 0 else { return [] }
        let prefix = RowKey().appending(session.sessionID)
        let range = KeyRange.from(prefix.bytes, through: prefix.appending(position.rawValue).bytes)
        let timeline = session.timeline
        var records: [EpochRecordDocument] = []
        try forEach(in: tables.epochs, range: range, order: .descending) { (entry) throws(LMDBError) in
            let record = try decoded(entry.value, as: EpochRecordDocument.self)
            if allAttempts || timeline.counts(epoch: record.epoch, ofAttempt: record.attempt) { records.append(record) }
            return records.count < latest ? .next : .stop
        }
        return records.reversed()
    }
}

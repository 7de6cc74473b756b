import LMDB
import Tracking

extension RowWriter {
    /// Makes the values of the readings that were reported at `positions` NaN, in all series of a session's hosts.
    func redactReadings(of session: String, at positions: Set<UInt64>) throws(LMDBError) {
        let series = try transaction.series(of: session, .hostReading, through: .max, in: tables)
        for row in series { try cache.series.redact(row.number, at: positions, in: transaction, tables) }
    }
}

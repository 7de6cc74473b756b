import LMDB
package import Tracking

extension ReadModelSnapshot {
    /// At most `limit` logged lines of a session whose numbers are above `after`, in their order; with `rank` only the
    /// lines of that process. At most 10,000 lines are looked at.
    package func logLines(
        of id: Session.ID, after: UInt64 = 0, limit: Int, rank: UInt32? = nil
    ) throws(ReadModelError) -> LogPage {
        do throws(LMDBError) {
            return try transaction.logLines(
                of: id.text, after: after, limit: limit, rank: rank, through: position, in: tables)
        } catch {
            throw ReadModelError(error)
        }
    }
}

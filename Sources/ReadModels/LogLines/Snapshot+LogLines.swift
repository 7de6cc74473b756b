import LMDB
package import Tracking

extension ReadModelSnapshot {
    /// The lines of a session that `query` asks for, in their order.
    ///
    /// A bounded number of lines is looked at: `LogPage.next` is the place to go on from, and less than `LogPage.total` while there
    /// are more.
    package func logLines(of id: Session.ID, _ query: LogLineQuery) throws(ReadModelError) -> LogPage {
        do throws(LMDBError) {
            return try transaction.logLines(of: id.text, query, through: position, in: tables)
        } catch {
            throw ReadModelError(error)
        }
    }

    /// At most `limit` lines of a session whose numbers are above `after`; with `rank` only those of that process.
    package func logLines(
        of id: Session.ID, after: UInt64 = 0, limit: Int, rank: UInt32? = nil
    ) throws(ReadModelError) -> LogPage {
        var query = LogLineQuery()
        (query.after, query.limit, query.rank) = (after, limit, rank)
        return try logLines(of: id, query)
    }
}

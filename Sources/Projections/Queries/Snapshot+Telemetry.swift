import LMDB
package import Tracking

extension ReadModelSnapshot {
    /// How far the session's newest attempt has come by its own report; nil when it has not reported since its claim.
    package func progress(of id: Session.ID) throws(ReadModelError) -> SessionProgress? {
        do throws(LMDBError) {
            guard let session = try transaction.session(id.text, through: position, in: tables) else { return nil }
            return try transaction.progress(
                of: id.text, attempt: session.attempt, through: position, in: tables)
        } catch {
            throw ReadModelError(error)
        }
    }

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

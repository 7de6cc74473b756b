import LMDB
package import Tracking

extension ReadModelSnapshot {
    /// The completed epochs of a session in the order they were completed: one an epoch, or with `allAttempts` also those
    /// that later attempts superseded. With `latest` only the last so many.
    package func epochRecords(
        of id: Session.ID, latest: Int? = nil, allAttempts: Bool = false
    ) throws(ReadModelError) -> [EpochRecordDocument] {
        do throws(LMDBError) {
            guard let session = try transaction.session(id.text, through: position, in: tables) else { return [] }
            return try transaction.epochRecords(
                of: session, through: position, latest: latest ?? .max, allAttempts: allAttempts, in: tables)
        } catch {
            throw ReadModelError(error)
        }
    }
}

import LMDB
package import Tracking

/// One consistent state of all documents: the fold of the log up to `position`.
///
/// It lives inside the closure of `ReadModels.read(asOf:_:)`. Every query reads a bounded amount and copies it out.
package struct ReadModelSnapshot: ~Copyable {
    let transaction: ReadTransaction
    let tables: Tables
    /// Every event up to here, and none after it, is part of what the queries answer.
    package let position: LogPosition
    /// True when this is the newest state, so that the indexes of the current state may be used.
    let isCurrent: Bool
    /// What was made of the columns for a past position; nil in the newest state.
    let past: PastRows?

    /// The last place in the log that may be the cause of a document here: nothing comes before its cause.
    var newestPlace: UInt64 { isCurrent ? .max : position.rawValue }

    init(
        transaction: consuming ReadTransaction, tables: Tables, asOf: LogPosition?
    ) throws(ReadModelError) {
        let applied: LogPosition
        do throws(LMDBError) {
            applied = try transaction.appliedPosition(in: tables)
        } catch {
            throw ReadModelError(error)
        }
        if let asOf, asOf > applied { throw .notReached(asOf, at: applied) }
        position = asOf ?? applied
        isCurrent = position == applied
        past = isCurrent ? nil : PastRows()
        self.transaction = transaction
        self.tables = tables
    }
}

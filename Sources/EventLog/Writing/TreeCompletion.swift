import LMDB
import Tracking
import Transparency

/// Brings the tree of a log up to its records: once for a log that was written before there was one, and again for what
/// an older release, or the recovery of a journal, has appended.
///
/// It goes in steps of a transaction each, so that one that is cut short goes on where it was.
struct TreeCompletion {
    let environment: Environment
    let tables: LogTables
    let options: EventLogOptions

    /// Returns once the tree has a leaf for every record.
    ///
    /// - Throws: `corrupted` when a record is missing or its header cannot be read, and when the tree has leaves
    ///   without records: then the end of the log was lost.
    func run() throws(LMDBError) {
        var (frontier, end) = try environment.read { (transaction) throws(LMDBError) in
            (try tables.frontier(in: transaction), try tables.lastPosition(in: transaction))
        }
        guard frontier.size <= end.rawValue else {
            throw tables.damaged(
                "The tree of the log has \(frontier.size) leaves, and the log ends at position \(end).",
                environment.path)
        }
        while frontier.size < end.rawValue {
            try environment.read { (transaction) throws(LMDBError) in
                try tables.extend(&frontier, through: end, limit: options.bounds.treeStepCount, in: transaction)
            }
            try environment.write { (transaction) throws(LMDBError) in
                try tables.put(frontier, in: transaction)
                options.reach(.beforeCommit)
            }
            options.reach(.afterCommit)
            options.treeProgress(LogPosition(frontier.size), end)
        }
    }
}

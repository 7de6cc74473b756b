/// The named moments of writing at which a process may die; a test kills it there.
package enum FailurePoint: String, CaseIterable, Sendable {
    /// The new log exists under its temporary name.
    case logMade
    /// The new log has its name.
    case logRenamed
    /// A group was taken, nothing is written.
    case groupTaken
    /// The group's entry is written to the journal, but maybe not on disk.
    case journalWritten
    /// The group is on disk in the journal, nobody knows.
    case journalSynced
    /// A record is in the transaction.
    case recordPut
    /// All of an append is in the transaction.
    case appendPut
    /// What is left of a redacted record is in the transaction.
    case redactionPut
    /// The index of many appends is in the transaction.
    case indexPut
    /// Everything that the database lacks is in the transaction.
    case beforeCommit
    /// The database has everything.
    case afterCommit
    /// Some of the group's appends were acknowledged.
    case acknowledging
    /// The compacted copy of the log is on disk under its temporary name.
    case compactedCopied
    /// The compacted copy was verified.
    case compactedVerified
    /// The log to be compacted has no journal any more.
    case journalRemoved
    /// The compacted copy has the log's name.
    case compactedRenamed

    /// The moments of a compaction; the others are those of a log that is written.
    package static let ofCompaction: Set<FailurePoint> = [
        .compactedCopied, .compactedVerified, .journalRemoved, .compactedRenamed,
    ]
}

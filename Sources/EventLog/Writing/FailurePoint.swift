/// The named moments of writing at which a process may die; a test kills it there.
package enum FailurePoint: String, CaseIterable, Sendable {
    /// The new log exists under its temporary name.
    case logMade
    /// The new log has its name.
    case logRenamed
    /// A group was taken, nothing is written.
    case groupTaken
    /// A record of the group is in the transaction.
    case recordPut
    /// All of an append is in the transaction.
    case appendPut
    /// The index of many appends is in the transaction.
    case indexPut
    /// Everything of the group is in the transaction.
    case beforeCommit
    /// The group is on disk, nobody knows.
    case afterCommit
    /// Some of the group's appends were acknowledged.
    case acknowledging
}

/// Keys of the rows of the database `indexes`.
enum ListKeys {
    /// A session's number.
    static func number(of session: String) -> RowKey { RowKey(1).appending(session) }

    /// The queued sessions by the position at which they were queued; the value is the session's id.
    static let queue = RowKey(6)

    /// A session's checkpoints in the order of their first saves; the value is the checkpoint's id.
    static func checkpoints(of session: String) -> RowKey { RowKey(2).appending(session) }

    /// The checkpoint that an attempt saved last for an epoch; the value is its id.
    static func checkpoint(of session: String, epoch: UInt32) -> RowKey {
        RowKey(3).appending(session).appending(epoch)
    }

    /// The names of the metrics in a session's epoch records; the value is the first position and the name.
    static func epochMetrics(of session: String) -> RowKey { RowKey(4).appending(session) }
}

package import Tracking

/// The sizes that bound the log's work.
package struct EventLogBounds: Sendable {
    /// The most bytes of records in one transaction; a single larger append goes alone.
    package var groupByteCount = 4 << 20
    /// The most appends in one transaction.
    package var groupCount = 1024
    /// The most bytes that may wait to be written; appends beyond them are refused.
    package var queueByteCount = 64 << 20
    /// The reserve: the bytes of the disk that must stay free.
    package var headroomByteCount = 64 << 20
    /// The most records that one read looks at for a filter without an index.
    package var scanCount = 65_536

    /// The number of appends that are gathered before the database's index gets them.
    package var indexCount = 4096

    /// The headers that are hashed into the tree before it is written, when a log is opened that lacks it.
    package var treeStepCount = 1 << 20

    /// The bytes of the journal; 0 to bring every group to the database at once.
    package var journalByteCount = 1 << 20
    /// The most bytes of a group that the journal takes; larger ones go to the database at once.
    package var journalEntryByteCount = 256 << 10
    /// The most bytes of payloads that the database may lack.
    package var unflushedByteCount = 4 << 20
    /// The most appends that the database may lack.
    package var unflushedCount = 4096
    /// The longest time for which the database lacks what the journal has.
    package var unflushedDuration = Duration.seconds(1)

    package init() {}

    /// The bytes that must be free for an append of `priority`: the whole reserve for what begins something, half of it
    /// for a report, an eighth for what ends or frees something.
    package func headroomByteCount(for priority: AppendPriority) -> Int {
        switch priority {
        case .ordinary: headroomByteCount
        case .report: headroomByteCount / 2
        case .freeing: headroomByteCount / 8
        }
    }
}

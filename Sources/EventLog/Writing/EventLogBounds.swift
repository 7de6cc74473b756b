/// The sizes that bound the log's work.
package struct EventLogBounds: Sendable {
    /// The most bytes of records in one transaction; a single larger append goes alone.
    package var groupByteCount = 4 << 20
    /// The most appends in one transaction.
    package var groupCount = 1024
    /// The most bytes that may wait to be written; appends beyond them are refused.
    package var queueByteCount = 64 << 20
    /// The bytes of the disk that must stay free.
    package var headroomByteCount = 64 << 20
    /// The most records that one read looks at for a filter without an index.
    package var scanCount = 65_536

    /// The number of appends that are gathered before the database's index gets them.
    package var indexCount = 4096

    package init() {}
}

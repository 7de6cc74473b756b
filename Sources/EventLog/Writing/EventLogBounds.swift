/// The sizes that bound the log's work.
package struct EventLogBounds: Sendable {
    /// How many bytes of records go into one transaction at most; a single larger append goes alone.
    package var groupByteCount = 4 << 20
    /// How many appends go into one transaction at most.
    package var groupCount = 1024
    /// How many bytes may wait to be written before appends are refused.
    package var queueByteCount = 64 << 20
    /// How much of the disk must stay free.
    package var headroomByteCount = 64 << 20
    /// How many records one filtered read looks at, at most.
    package var scanCount = 65_536

    /// How many appends are gathered before the database's index gets them.
    package var indexCount = 4096

    package init() {}
}

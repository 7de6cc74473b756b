package import Tracking

/// The trace of a command that the log keeps for its stream's life.
///
/// Both ends are said, since only the store knows how its positions and versions follow each other.
package struct CommandReceipt: Hashable, Sendable {
    /// The position of its first event.
    package var first: LogPosition
    /// The position of its last event.
    package var last: LogPosition
    /// The version of its first event.
    package var firstVersion: StreamVersion
    /// The version of its last event.
    package var lastVersion: StreamVersion
    /// The number of events it caused; at least one.
    package var count: Int
    /// The digest of the canonical command.
    package var digest: Digest

    package init(
        first: LogPosition, last: LogPosition, firstVersion: StreamVersion, lastVersion: StreamVersion, count: Int,
        digest: Digest
    ) {
        self.first = first
        self.last = last
        self.firstVersion = firstVersion
        self.lastVersion = lastVersion
        self.count = count
        self.digest = digest
    }
}

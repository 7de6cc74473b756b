package import Tracking

/// What the log remembers of a command for its stream's life.
package struct CommandReceipt: Hashable, Sendable {
    /// Where its first event stands.
    package var first: LogPosition
    /// The version of its first event.
    package var firstVersion: StreamVersion
    /// How many events it caused; at least one.
    package var count: Int
    /// The digest of the canonical command.
    package var digest: Digest

    package init(first: LogPosition, firstVersion: StreamVersion, count: Int, digest: Digest) {
        self.first = first
        self.firstVersion = firstVersion
        self.count = count
        self.digest = digest
    }

    /// Where its last event stands.
    package var last: LogPosition { LogPosition(first.rawValue + UInt64(count) - 1) }

    /// The version of its last event.
    package var lastVersion: StreamVersion { StreamVersion(firstVersion.rawValue + UInt64(count) - 1) }
}

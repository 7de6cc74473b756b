package import Tracking

/// Where the events of a command stand. A repeat of the command gets the same places.
package struct AppendResult: Hashable, Sendable {
    /// The position of the first event; when there are no events, the head at that moment.
    package var first: LogPosition
    /// The version of the first event; when there are no events, the stream's version.
    package var firstVersion: StreamVersion
    /// How many events there are.
    package var count: Int
    /// When the events were recorded.
    package var recordedAt: Timestamp
    /// Whether the command had been appended before, so that nothing was written now.
    package var isRepeat: Bool

    package init(
        first: LogPosition, firstVersion: StreamVersion, count: Int, recordedAt: Timestamp, isRepeat: Bool
    ) {
        self.first = first
        self.firstVersion = firstVersion
        self.count = count
        self.recordedAt = recordedAt
        self.isRepeat = isRepeat
    }

    /// The position of the last event; when there are no events, `first`.
    package var last: LogPosition { LogPosition(first.rawValue + UInt64(max(count, 1) - 1)) }

    /// The stream's version after the last event.
    package var lastVersion: StreamVersion { StreamVersion(firstVersion.rawValue + UInt64(max(count, 1) - 1)) }
}

package import Tracking

/// The places of a command's events in the log. A repeat of the command gets the same places.
package struct AppendResult: Hashable, Sendable {
    /// The position of the first event; when there are no events, the head at that moment.
    package var first: LogPosition
    /// The position of the last event; when there are no events, `first`.
    package var last: LogPosition
    /// The version of the first event; when there are no events, the stream's version.
    package var firstVersion: StreamVersion
    /// The stream's version after the last event.
    package var lastVersion: StreamVersion
    /// The number of events.
    package var count: Int
    /// The time at which the events were recorded.
    package var recordedAt: Timestamp
    /// True when the command had been appended before, so that nothing was written now.
    package var isRepeat: Bool

    /// The answer to a command whose events stand where `receipt` says.
    package init(_ receipt: CommandReceipt, recordedAt: Timestamp, isRepeat: Bool) {
        first = receipt.first
        last = receipt.last
        firstVersion = receipt.firstVersion
        lastVersion = receipt.lastVersion
        count = receipt.count
        self.recordedAt = recordedAt
        self.isRepeat = isRepeat
    }

    /// The answer to a command without events.
    package init(withoutEventsAt head: LogPosition, version: StreamVersion, recordedAt: Timestamp) {
        first = head
        last = head
        firstVersion = version
        lastVersion = version
        count = 0
        self.recordedAt = recordedAt
        isRepeat = false
    }
}

package import Tracking

/// The result of one read of the log.
package struct EventBatch: Hashable, Sendable {
    /// The wanted events, in the order of the log.
    package var events: [RecordedEvent]
    /// Every wanted event after the position asked for and up to this one is in `events`; read on after it.
    package var through: LogPosition

    package init(events: [RecordedEvent], through: LogPosition) {
        self.events = events
        self.through = through
    }
}

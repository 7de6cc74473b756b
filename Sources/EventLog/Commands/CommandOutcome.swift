package import Tracking

/// What a command did.
package struct CommandOutcome<D: Decider>: Sendable {
    /// The stream's state after it; for a repeat, the state now.
    package var state: D.State
    /// What it caused; empty when what was asked for was so already.
    package var events: [D.Event]
    /// The stream's version after its events.
    package var version: StreamVersion
    /// The position of its last event; the head when there are none.
    package var last: LogPosition
    /// When its events were recorded; nil when there are none.
    package var recordedAt: Timestamp?
    /// Whether it had been carried out before, so that nothing was written now.
    package var isRepeat: Bool
}

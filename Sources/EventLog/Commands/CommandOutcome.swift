package import Tracking

/// The outcome of a command.
package struct CommandOutcome<D: Decider>: Sendable {
    /// The stream's state after it; for a repeat, the state now.
    package var state: D.State
    /// The events it caused; empty when what was asked for was so already.
    package var events: [D.Event]
    /// The stream's version after its events.
    package var version: StreamVersion
    /// The position of its last event; the head when there are none.
    package var last: LogPosition
    /// The time at which its events were recorded; nil when there are none.
    package var recordedAt: Timestamp?
    /// True when it had been carried out before, so that nothing was written now.
    package var isRepeat: Bool
}

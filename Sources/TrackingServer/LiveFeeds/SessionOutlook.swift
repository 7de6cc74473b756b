package import Tracking

/// What a feed must know of a session's future and past to tell an ending: whether it holds, and with which metrics.
package struct SessionOutlook: Equatable, Sendable {
    /// The last start that was asked for; `.start` when none was.
    package private(set) var lastStart = LogPosition.start
    /// Where the session ended, if no start follows.
    package private(set) var ending: LogPosition?
    /// The epochs of the visible timeline, ascending.
    private var epochs: [EpochCompleted] = []

    package init() {}

    /// The outlook after all `events` of the session's stream.
    package init(_ events: some Sequence<RecordedEvent>) throws(EventCodecError) {
        for event in events {
            do {
                evolve(with: try SessionEvent(event), at: event.position)
            } catch EventCodecError.unknownType {
                continue
            }
        }
    }

    /// The metrics of the last visible epoch; empty when there is none.
    package var lastMetrics: [Metric] { epochs.last?.metrics ?? [] }

    /// Whether an ending at `position` is the session's current state.
    package func holds(endingAt position: LogPosition) -> Bool { ending == position }

    /// Takes in the next event of the session's stream.
    package mutating func evolve(with event: SessionEvent, at position: LogPosition) {
        switch event {
        case .startRequested:
            lastStart = position
            ending = nil
        case .attemptStarted(let started):
            while let last = epochs.last, last.epoch >= started.firstEpoch { epochs.removeLast() }
        case .epochCompleted(let epoch): epochs.append(epoch)
        case .completed, .failed, .stopped: ending = position
        default: break
        }
    }
}

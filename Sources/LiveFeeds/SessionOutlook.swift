import EventLog
import Tracking

/// What a feed must know beside an ending to tell it: the metrics it closes with.
struct SessionOutlook: Equatable, Sendable {
    /// The position of the ending.
    var ending: LogPosition
    /// The metrics of the last epoch on the visible timeline; empty when there is none.
    var lastMetrics: [Metric] = []
}

extension SessionOutlook {
    /// The session's current ending; nil while it may go on. Reads the stream's last events only, and more of them when
    /// much happened since the ending.
    static func current(
        of session: Session.ID, in store: any EventStore, _ sessions: CommandHandler<SessionDecider>
    ) async throws -> SessionOutlook? {
        guard try await sessions.state(of: session.stream).hasEnded else { return nil }
        let version = try await store.version(of: session.stream).rawValue
        var reach: UInt64 = 32
        while true {
            let after = StreamVersion(version - min(version, reach))
            if let outlook = outlook(try await store.allEvents(in: session.stream, after: after), isAll: after == .none)
            {
                return outlook
            }
            guard after > .none else { return nil }
            reach *= 16
        }
    }

    /// What the stream's last events say; nil when they do not reach far enough back.
    private static func outlook(_ events: [RecordedEvent], isAll: Bool) -> SessionOutlook? {
        guard let index = events.lastIndex(where: \.isEnding) else { return nil }
        var outlook = SessionOutlook(ending: events[index].position)
        guard case .completed(let completed) = try? SessionEvent(events[index]), completed.finalMetrics.isEmpty else {
            return outlook
        }
        var epochs: [EpochCompleted] = []
        for event in events[..<index] {
            switch try? SessionEvent(event) {
            case .attemptStarted(let started):
                while let last = epochs.last, last.epoch >= started.firstEpoch { epochs.removeLast() }
            case .epochCompleted(let epoch): epochs.append(epoch)
            default: break
            }
        }
        guard let last = epochs.last else { return isAll ? outlook : nil }
        outlook.lastMetrics = last.metrics
        return outlook
    }
}

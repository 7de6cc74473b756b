import EventLog
package import Tracking

/// The data beside an ending that a feed needs to tell it: the metrics it closes with.
package struct SessionOutlook: Equatable, Sendable {
    /// The position of the ending.
    var ending: LogPosition
    /// The metrics of the last epoch on the visible timeline; empty when there is none.
    var lastMetrics: [Metric] = []

    package init(ending: LogPosition) { self.ending = ending }
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
            if let outlook = try outlook(
                try await store.allEvents(in: session.stream, after: after), isAll: after == .none)
            {
                return outlook
            }
            guard after > .none else { return nil }
            reach *= 16
        }
    }

    /// Reads the outlook from the stream's last events; nil when they do not reach far enough back.
    ///
    /// - Throws: When one of them cannot be read; types of a newer version are passed over.
    private static func outlook(_ events: [RecordedEvent], isAll: Bool) throws(EventCodecError) -> SessionOutlook? {
        guard let index = events.lastIndex(where: \.isEnding) else { return nil }
        var outlook = SessionOutlook(ending: events[index].position)
        guard case .completed(let completed) = try SessionEvent(events[index]), completed.finalMetrics.isEmpty else {
            return outlook
        }
        var timeline = SessionTimeline()
        var epochs: [EpochCompleted] = []
        for event in events[..<index] {
            switch try known(event) {
            case .attemptStarted(let started): timeline.start(started)
            case .epochCompleted(let epoch): epochs.append(epoch)
            default: break
            }
        }
        let last = epochs.last { timeline.counts(epoch: $0.epoch, ofAttempt: $0.attempt) }
        guard let last else { return isAll ? outlook : nil }
        outlook.lastMetrics = last.metrics
        return outlook
    }

    /// The event; nil for a type of a newer version.
    private static func known(_ event: RecordedEvent) throws(EventCodecError) -> SessionEvent? {
        do {
            return try SessionEvent(event)
        } catch EventCodecError.unknownType {
            return nil
        }
    }
}

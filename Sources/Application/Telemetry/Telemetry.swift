package import EventLog
package import Tracking

/// The measurements of a trainer while it trains: step metrics, output, host readings.
package struct Telemetry: Sendable {
    private let core: TrackerCore
    private let attempts: Attempts

    init(_ core: TrackerCore, attempts: Attempts) {
        self.core = core
        self.attempts = attempts
    }

    /// Appends what an attempt measured; also late, from an attempt that does not hold the session any more: the queries
    /// decide what of it counts.
    ///
    /// - Parameter identity: Made of the events' canonical bytes.
    package func append(
        _ events: [NewEvent], entryCount: Int, by speaker: Attempts.Speaker, as identity: CommandIdentity
    ) async throws -> Attempts.Receipt {
        let result = try await core.store.append(
            AppendRequest(
                stream: speaker.session.telemetry, events: events, expecting: .any, commandID: identity.id,
                commandDigest: identity.digest, actor: identity.actor))
        return Attempts.Receipt(
            session: speaker.session, state: speaker.state, attempt: speaker.attempt, position: result.last,
            accepted: entryCount)
    }
}

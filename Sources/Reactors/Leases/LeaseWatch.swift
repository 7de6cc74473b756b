package import Application
package import EventLog
import ReadModels
package import Tracking

/// Sees to it that no session stays running without a live lease.
///
/// It follows the log for claims and endings, and once a tick declares lost whose lease has expired. After a start of the
/// server every unfinished attempt gets one full lease time to renew.
package struct LeaseWatch: Reactor {
    package let name = "lease-watch"
    package let interest: EventFilter? = .categories([.session])
    package let types: Set<String>? = SessionEvent.endingTypes.union(
        SessionEvent.types(of: .attemptClaimed(AttemptClaimed()), .imported(SessionImported())))
    package let interval: Duration?

    private let core: TrackerCore

    package init(_ core: TrackerCore, tick: Duration = .milliseconds(250)) {
        self.core = core
        interval = tick
    }

    package func begin(_ work: ReactorWork) async throws -> LogPosition {
        // Of the read models: the states of many thousand sessions would take seconds to fold.
        let (holders, position) = try await core.readWithoutLimit { snapshot in
            var holders: [(session: Session.ID, attempt: UInt32, seconds: UInt32)] = []
            try snapshot.forEach(of: try snapshot.sessionIDs(in: [.running, .stopping])) { session, document in
                guard let attempt = document.attempts.last, attempt.ending.isEmpty else { return }
                holders.append((session, attempt.number, attempt.leaseSeconds))
            }
            return (holders, snapshot.position)
        }
        for holder in holders { core.leases.grant(holder.session, attempt: holder.attempt, seconds: holder.seconds) }
        return position
    }

    package func react(to event: RecordedEvent, _ work: ReactorWork) async throws {
        guard let session = Session.ID(event.stream.identity) else { return }
        switch try SessionEvent(event) {
        case .attemptClaimed(let claim):
            core.leases.grant(session, attempt: claim.attempt, seconds: claim.leaseSeconds)
        case .stopped, .completed, .failed, .attemptLost, .imported: core.leases.release(session)
        default: break
        }
    }

    /// Declares lost every attempt whose lease has expired. One that cannot be declared lost holds up no other.
    package func tick() async throws {
        var failure: (any Error)?
        for holder in core.leases.expired() {
            guard let identity = identity("lost/\(holder.attempt)") else { continue }
            do {
                _ = try await core.sessions.handle(
                    .loseAttempt(
                        number: holder.attempt, message: "the trainer stopped responding and its lease expired"),
                    on: holder.session.stream, as: identity)
                core.leases.table.release(holder)
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
    }
}

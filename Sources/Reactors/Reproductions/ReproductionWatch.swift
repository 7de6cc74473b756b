package import Application
package import EventLog
import ReadModels
package import Tracking

/// Compares every reproduction that ends with its original, and records the verdict in the streams of both.
///
/// The original records it first: as long as the reproduction's own stream has no verdict, the verdict is found again after
/// a start of the server, and what was recorded already counts once by its command id.
package struct ReproductionWatch: Reactor {
    package let name = "reproduction-watch"
    package let interest: EventFilter? = .categories([.session])
    package let types: Set<String>? = SessionEvent.endingTypes

    private let core: TrackerCore

    package init(_ core: TrackerCore) { self.core = core }

    package func begin(_ work: ReactorWork) async throws -> LogPosition {
        let (sessions, position) = try await core.readWithoutLimit { (try $0.unreportedReproductions(), $0.position) }
        for session in sessions { try await judge(session) }
        return position
    }

    package func react(to event: RecordedEvent, _ work: ReactorWork) async throws {
        guard let session = Session.ID(event.stream.identity) else { return }
        switch try SessionEvent(event) {
        case .completed, .failed, .stopped: try await judge(session)
        default: break
        }
    }

    /// Records the verdict on `session` when it is a reproduction that has ended and has none.
    private func judge(_ session: Session.ID) async throws {
        let state = try await core.sessions.recentState(of: session.stream)
        // That of another server was judged there, and its original need not be here.
        guard state.isReproduction, !state.isImported else { return }
        let report = try await core.readWithoutLimit { snapshot -> ReproductionReported? in
            let document = try snapshot.document(of: session)
            guard Session.Status(rawValue: document.status)?.isFinished == true, !document.reproductionReported,
                let original = Session.ID(document.reproduction.sessionID)
            else { return nil }
            let epoch = document.reproduction.throughEpoch
            return ReproductionVerdict.report(
                on: document, original: try snapshot.trainingRecord(of: original, through: epoch),
                record: try snapshot.trainingRecord(of: session, through: epoch))
        }
        guard let report, let original = Session.ID(report.originalSessionID),
            let identity = identity("\(session)/\(report.attempt)")
        else { return }
        for stream in [original.stream, session.stream] {
            _ = try await core.sessions.handle(.reportReproduction(report), on: stream, as: identity)
        }
    }
}

package import Application
package import EventLog
package import Logging
package import Tracking

/// Tells in the server's log how sessions end, and when an attempt is lost.
///
/// Endings from before the server started are not logged again: it begins at the log's head.
package struct EndingLog: Reactor {
    package let name = "ending-log"
    package let interest: EventFilter? = .categories([.session])
    package let types: Set<String>? = SessionEvent.endingTypes

    private let core: TrackerCore
    private let logger: Logger

    package init(_ core: TrackerCore, logger: Logger) {
        self.core = core
        self.logger = logger
    }

    package func begin(_ work: ReactorWork) async throws -> LogPosition { core.store.head }

    package func react(to event: RecordedEvent, _ work: ReactorWork) async throws {
        guard let session = Session.ID(event.stream.identity) else { return }
        switch try SessionEvent(event) {
        case .completed(let completed):
            tell("A session has completed.", session, completed.attempt, completed.earlyStopReason)
        case .stopped(let stopped): tell("A session has stopped.", session, stopped.attempt, stopped.message)
        case .failed(let failed): tell("A session has failed.", session, failed.attempt, failed.message, .warning)
        case .attemptLost(let lost): tell("An attempt was lost.", session, lost.attempt, lost.message, .warning)
        default: break
        }
    }

    private func tell(
        _ sentence: Logger.Message, _ session: Session.ID, _ attempt: UInt32, _ reason: String,
        _ level: Logger.Level = .info
    ) {
        var metadata: Logger.Metadata = ["session": "\(session)", "attempt": "\(attempt)"]
        if !reason.isEmpty { metadata["reason"] = "\(reason)" }
        logger.log(level: level, sentence, metadata: metadata)
    }
}

import EventLog
import Logging
import Projections
import ServiceLifecycle
import Tracking

/// Compares every reproduction that ends with its original, and records the verdict in the streams of both.
///
/// The original is told first: as long as the reproduction's own stream has no verdict, the verdict is found again after
/// a start of the server, and what was recorded already counts once by its command id.
struct ReproductionWatch: Service {
    private static let pause = Duration.milliseconds(500)
    /// A minute of trying; what failed for longer is tried again after a start of the server.
    private static let maximumTries = 120

    let service: TrackingService
    let logger: Logger

    func run() async throws {
        do {
            try await cancelWhenGracefulShutdown {
                let start = try await service.unreportedReproductions()
                for session in start.sessions { try await judge(session) }
                var position = start.position
                while true {
                    let batch = try await service.store.nextEvents(after: position, matching: .categories([.session]))
                    for record in batch.events {
                        guard let session = Session.ID(record.stream.identity) else { continue }
                        switch try SessionEvent(record) {
                        case .completed, .failed, .stopped: try await judge(session)
                        default: break
                        }
                    }
                    position = batch.through
                }
            }
        } catch is CancellationError {
            // The server shuts down.
        } catch let error as StorageError where error.code == .cancelled || error.code == .closed {
            // The server shuts down.
        }
    }

    /// Records the verdict on `session` when it is a reproduction; tries again while the log or the read models do not
    /// allow it.
    private func judge(_ session: Session.ID) async throws {
        for _ in 0..<Self.maximumTries {
            do {
                guard try await service.sessions.recentState(of: session.stream).isReproduction else { return }
                return try await report(on: session)
            } catch let error as CancellationError {
                throw error
            } catch {
                logger.warning(
                    "A reproduction could not be compared with its original; trying again.",
                    metadata: ["session": "\(session)", "error": "\(error)"])
                try await Task.sleep(for: Self.pause)
            }
        }
        logger.error(
            "A reproduction has no verdict; it is compared after the next start of the server.",
            metadata: ["session": "\(session)"])
    }

    private func report(on session: Session.ID) async throws {
        try await service.waitForReadModels(service.store.head)
        let report = try service.readModels.read { snapshot -> ReproductionReported? in
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
            let id = CommandID("reproduction-watch/\(session)/\(report.attempt)")
        else { return }
        let identity = CommandIdentity(
            id: id, digest: Digest(hashing: Array(id.text.utf8)), actor: "reproduction-watch", mayBeRepeat: true)
        for stream in [original.stream, session.stream] {
            _ = try await service.sessions.handle(.reportReproduction(report), on: stream, as: identity)
        }
    }
}

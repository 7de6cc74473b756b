package import EventLog
package import Logging
import ServiceLifecycle
package import Tracking

/// Sees to it that no session stays running without a live lease.
///
/// It follows the log for claims and endings, and once a tick declares lost whose lease has run out. After a start of the
/// server every unfinished attempt gets one full lease time to renew.
package struct LeaseWatch: Service {
    private let store: any EventStore
    private let sessions: CommandHandler<SessionDecider>
    private let leases: LeaseTable
    private let now: @Sendable () -> Duration
    private let tick: Duration
    private let logger: Logger
    private let unfinished: @Sendable () async throws -> (holders: [UnfinishedAttempt], position: LogPosition)

    /// An attempt that was claimed before this server started and has not ended.
    package struct UnfinishedAttempt: Sendable {
        package var session: Session.ID
        package var attempt: UInt32
        package var leaseSeconds: UInt32

        package init(session: Session.ID, attempt: UInt32, leaseSeconds: UInt32) {
            self.session = session
            self.attempt = attempt
            self.leaseSeconds = leaseSeconds
        }
    }

    /// - Parameters:
    ///   - now: A clock that never jumps.
    ///   - unfinished: The attempts that were unfinished at a position of the log; the watch follows the log after it.
    package init(
        store: any EventStore, sessions: CommandHandler<SessionDecider>, leases: LeaseTable,
        now: @escaping @Sendable () -> Duration, tick: Duration = .milliseconds(250), logger: Logger,
        unfinished: @escaping @Sendable () async throws -> (holders: [UnfinishedAttempt], position: LogPosition)
    ) {
        self.store = store
        self.sessions = sessions
        self.leases = leases
        self.now = now
        self.tick = tick
        self.logger = logger
        self.unfinished = unfinished
    }

    package func run() async throws {
        do {
            try await cancelWhenGracefulShutdown {
                let start = try await unfinished()
                for holder in start.holders {
                    leases.grant(
                        .init(session: holder.session, attempt: holder.attempt),
                        for: .seconds(Int64(holder.leaseSeconds)), at: now())
                }
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask { try await follow(after: start.position) }
                    group.addTask {
                        while !Task.isCancelled {
                            try await Task.sleep(for: tick)
                            await declareLost(at: now())
                        }
                    }
                    try await group.next()
                    group.cancelAll()
                }
            }
        } catch is CancellationError {
            // The server shuts down.
        } catch let error as StorageError where error.code == .cancelled || error.code == .closed {
            // The server shuts down.
        }
    }

    /// Declares lost every attempt whose lease has run out at `moment`.
    package func declareLost(at moment: Duration) async {
        for holder in leases.expired(at: moment) {
            guard let id = CommandID("lease-watch/lost/\(holder.attempt)") else { continue }
            do {
                _ = try await sessions.handle(
                    .loseAttempt(number: holder.attempt, message: "its lease ran out without a word from it"),
                    on: holder.session.stream,
                    as: CommandIdentity(
                        id: id, digest: Digest(hashing: Array(id.text.utf8)), actor: "lease-watch", mayBeRepeat: true))
                leases.release(holder)
            } catch {
                logger.warning(
                    "An attempt whose lease ran out could not be declared lost; trying again.",
                    metadata: ["session": "\(holder.session)", "attempt": "\(holder.attempt)", "error": "\(error)"])
            }
        }
    }

    private func follow(after position: LogPosition) async throws {
        var position = position
        while !Task.isCancelled {
            let batch = try await store.nextEvents(after: position, matching: .categories([.session]))
            for record in batch.events {
                guard let session = Session.ID(record.stream.identity) else { continue }
                observe(try SessionEvent(record), of: session)
            }
            position = batch.through
        }
    }

    /// Grants or takes away what `event` says.
    package func observe(_ event: SessionEvent, of session: Session.ID) {
        switch event {
        case .attemptClaimed(let claim):
            leases.grant(
                .init(session: session, attempt: claim.attempt), for: .seconds(Int64(claim.leaseSeconds)), at: now())
        case .stopped, .completed, .failed, .attemptLost:
            leases.release(session)
        default: break
        }
    }
}

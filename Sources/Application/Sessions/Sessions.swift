package import EventLog
import ServiceLifecycle
package import Tracking

/// Create, change, start, stop and archive sessions.
package struct Sessions: Sendable {
    private let core: TrackerCore
    private let queries: Queries
    private let attempts: Attempts
    private let configurations: ConfigurationRoots

    init(_ core: TrackerCore, queries: Queries, attempts: Attempts, configurations: ConfigurationRoots) {
        self.core = core
        self.queries = queries
        self.attempts = attempts
        self.configurations = configurations
    }

    /// Creates the session whose id follows from the command's.
    ///
    /// A repeat is answered from the log, also when the file it was created from has changed or gone since.
    package func create(_ draft: SessionDraft, as identity: CommandIdentity) async throws -> Written<SessionView> {
        let session = Session.ID(createdBy: identity.id)
        if try await wasCreated(session, by: identity) { return try await written(session, at: core.store.head) }
        let created = try await SessionCreation(core: core, configurations: configurations).event(of: draft)
        return try await perform(.create(created), on: session, as: identity, isFirst: true)
    }

    /// Says what would come of `create`, and creates nothing.
    package func check(_ draft: SessionDraft) async -> SessionCheck {
        await SessionCreation(core: core, configurations: configurations).check(draft)
    }

    /// Creates a session as `create` does and claims it in the same breath: for a trainer that brings a session of its own,
    /// which otherwise would ask twice.
    package func create(
        _ draft: SessionDraft, claiming claim: AttemptClaimed, secret: String?, as identity: CommandIdentity
    ) async throws -> Attempts.Claim {
        let session = Session.ID(createdBy: identity.id)
        let isRepeat = try await wasCreated(session, by: identity)
        return try await attempts.carryOut(
            claim, on: session, secret: secret, as: identity, isFirst: !isRepeat
        ) { claim in
            // A repeat is answered from the log, also when the file it was created from has changed or gone since.
            guard !isRepeat else { return .createClaimed(SessionCreated(), claim) }
            let creation = SessionCreation(core: core, configurations: configurations)
            return .createClaimed(try await creation.event(of: draft), claim)
        }
    }

    /// Trains an ended session again as a new one, which is queued at once and compared with the original when it ends.
    package func reproduce(
        _ original: Session.ID, _ draft: ReproductionDraft, as identity: CommandIdentity
    ) async throws -> Written<SessionView> {
        let session = Session.ID(createdBy: identity.id)
        if try await !wasCreated(session, by: identity) {
            let created = try await ReproductionCreation(core: core).event(of: original, draft)
            _ = try await core.sessions.handle(.create(created), on: session.stream, as: identity)
        }
        // The start is a command of its own, with an id that follows from the first, so that a repeat starts nothing.
        var start = identity
        start.id = identity.id.derived("start")
        start.mayBeRepeat = true
        return try await perform(.requestStart, on: session, as: start)
    }

    /// Changes name, tags, notes and parameters, all of them or none.
    package func update(
        _ session: Session.ID, _ changes: SessionCommand.Changes, as identity: CommandIdentity
    ) async throws -> Written<SessionView> {
        try await perform(.update(changes), on: session, as: identity)
    }

    /// Takes the session out of the lists; nothing is erased.
    package func archive(_ session: Session.ID, as identity: CommandIdentity) async throws -> Written<SessionView> {
        try await perform(.archive, on: session, as: identity)
    }

    /// Deletes the session with its checkpoints and artifacts; the log keeps that it was. Answers it as it was before.
    package func delete(_ session: Session.ID, as identity: CommandIdentity) async throws -> Written<SessionView> {
        let outcome = try await core.checkpointHolds.holding(session, for: .deletion) {
            try await core.checkUnaliased(session)
            return try await core.sessions.handle(.delete, on: session.stream, as: identity)
        }
        let view = try await core.read(before: outcome.last) { try $0.view(of: session, leases: nil) }
        return Written(view, at: outcome.last)
    }

    /// Queues the session for training.
    package func start(_ session: Session.ID, as identity: CommandIdentity) async throws -> Written<SessionView> {
        try await perform(.requestStart, on: session, as: identity)
    }

    /// Asks the session to save and stop, and waits for that, at most `wait`; `hasStopped` says whether it came to it.
    ///
    /// - Parameter wait: Nil for the configured time.
    package func stop(
        _ session: Session.ID, wait: Duration?, as identity: CommandIdentity
    ) async throws -> (written: Written<SessionView>, hasStopped: Bool) {
        let outcome = try await core.sessions.handle(.requestStop, on: session.stream, as: identity)
        let wait = wait ?? core.settings.stopWait
        let position = try await waitUntilStopped(session, after: outcome, for: wait)
        return (try await written(session, at: position ?? outcome.last), position != nil)
    }

    // MARK: -

    private func wasCreated(_ session: Session.ID, by identity: CommandIdentity) async throws -> Bool {
        guard identity.mayBeRepeat, let receipt = try await core.store.command(identity.id, in: session.stream) else {
            return false
        }
        guard receipt.digest == identity.digest else { throw AppendError.commandReused(first: receipt.first) }
        return true
    }

    private func perform(
        _ command: SessionCommand, on session: Session.ID, as identity: CommandIdentity, isFirst: Bool = false
    ) async throws -> Written<SessionView> {
        let outcome = try await core.sessions.handle(command, on: session.stream, as: identity, isFirst: isFirst)
        return Written(try await queries.view(of: session, after: outcome), at: outcome.last)
    }

    private func written(_ session: Session.ID, at position: LogPosition) async throws -> Written<SessionView> {
        Written(try await queries.view(of: session, after: position), at: position)
    }

    /// The position by which the session had stopped; nil when it has not within `time`, or the server shuts down.
    private func waitUntilStopped(
        _ session: Session.ID, after outcome: CommandOutcome<SessionDecider>, for time: Duration
    ) async throws -> LogPosition? {
        guard outcome.state.isStopRequested else { return outcome.last }
        let (store, sessions) = (core.store, core.sessions)
        return try await withThrowingTaskGroup(of: LogPosition?.self) { group in
            group.addTask {
                var position = outcome.last
                while try await sessions.state(of: session.stream).isStopRequested {
                    position = try await store.nextEvents(after: position, matching: .streams([session.stream])).through
                }
                return store.head
            }
            group.addTask {
                do {
                    try await cancelWhenGracefulShutdown { try await Task.sleep(for: time) }
                } catch is CancellationError {
                    // The session has stopped, or the server shuts down: nothing is waited for any longer.
                }
                return nil
            }
            let first = try await group.next() ?? nil
            group.cancelAll()
            return first
        }
    }
}

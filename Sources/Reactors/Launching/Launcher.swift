package import EventLog
package import Logging
import ServiceLifecycle
package import Tracking

/// Starts a trainer for each session that waits, as many at once as there are slots, and reports how its process ended.
///
/// It acts only by commands. A trainer outlives its server: after a start of the server, sessions that were running keep
/// their slot while their lease lives.
package struct Launcher: Service {
    /// The sessions that waited or trained at a position of the log.
    package struct Start: Sendable {
        package var waiting: [Session.ID]
        package var training: [Session.ID]
        package var position: LogPosition

        package init(waiting: [Session.ID], training: [Session.ID], position: LogPosition) {
            self.waiting = waiting
            self.training = training
            self.position = position
        }
    }

    private let store: any EventStore
    private let sessions: CommandHandler<SessionDecider>
    private let processes: any TrainerProcesses
    private let slots: Int
    private let logger: Logger
    private let start: @Sendable () async throws -> Start

    /// - Parameters:
    ///   - slots: How many sessions may train at once.
    ///   - start: What the log held when the launcher begins; it follows the log after that position.
    package init(
        store: any EventStore, sessions: CommandHandler<SessionDecider>, processes: any TrainerProcesses, slots: Int,
        logger: Logger, start: @escaping @Sendable () async throws -> Start
    ) {
        self.store = store
        self.sessions = sessions
        self.processes = processes
        self.slots = slots
        self.logger = logger
        self.start = start
    }

    /// What moves the machine: records of the log and endings of processes, one at a time.
    private enum Input: Sendable {
        case event(SessionEvent, Session.ID)
        case processEnded(Session.ID)
    }

    package func run() async throws {
        try await cancelWhenGracefulShutdown {
            let start = try await start()
            let living = LivingTrainers()
            var machine = LauncherMachine(slots: slots)
            for session in start.training {
                machine.claimed(session, isOurs: try await launches(session))
            }
            for session in start.waiting where try await launches(session) { machine.wait(session) }
            let (inputs, continuation) = AsyncStream<Input>.makeStream()
            do {
                try await withThrowingDiscardingTaskGroup { group in
                    group.addTask { try await follow(after: start.position, into: continuation) }
                    perform(machine.step(), in: &group, living, continuation)
                    for await input in inputs {
                        switch input {
                        case .event(let event, let session):
                            try await observe(event, of: session, living, in: &machine)
                        case .processEnded(let session): machine.processEnded(session)
                        }
                        perform(machine.step(), in: &group, living, continuation)
                    }
                    group.cancelAll()
                }
            } catch is CancellationError {
                // The server shuts down.
            }
        }
    }

    private func observe(
        _ event: SessionEvent, of session: Session.ID, _ living: LivingTrainers, in machine: inout LauncherMachine
    ) async throws {
        if case .attemptLost = event { try await endLost(of: session, living) }
        switch event {
        case .startRequested, .attemptLost:
            if try await launches(session) { machine.wait(session) }
        case .attemptClaimed: machine.claimed(session, isOurs: try await launches(session))
        case .stopped, .completed, .failed: machine.ended(session)
        default: break
        }
    }

    /// Ends the process whose attempt was lost though it lives: it says nothing any more, and the next one needs its place.
    /// A trainer of an earlier server, which nobody waits for, may have left some behind.
    private func endLost(of session: Session.ID, _ living: LivingTrainers) async throws {
        let state = try await sessions.state(of: session.stream)
        if state.attempt == nil, state.lastProcessID > 0 {
            processes.endLeftovers(of: session, processID: state.lastProcessID)
        }
        guard let processID = living.processID(of: session) else { return }
        guard state.attempt?.processID != processID, state.lastProcessID == processID else { return }
        logger.warning(
            "A trainer without a lease is ended.", metadata: ["session": "\(session)", "process": "\(processID)"])
        processes.end(processID: processID)
    }

    private func launches(_ session: Session.ID) async throws -> Bool {
        processes.launches(kind: try await sessions.recentState(of: session.stream).trainerKind)
    }

    private func follow(
        after position: LogPosition, into inputs: AsyncStream<Input>.Continuation
    ) async throws {
        defer { inputs.finish() }
        var position = position
        do {
            while !Task.isCancelled {
                let batch = try await store.nextEvents(after: position, matching: .categories([.session]))
                for record in batch.events {
                    guard let session = Session.ID(record.stream.identity) else { continue }
                    inputs.yield(.event(try SessionEvent(record), session))
                }
                position = batch.through
            }
        } catch let error as StorageError where error.code == .cancelled || error.code == .closed {
            // The server shuts down.
        }
    }

    private func perform(
        _ actions: [LauncherMachine.Action], in group: inout ThrowingDiscardingTaskGroup<any Error>,
        _ living: LivingTrainers, _ inputs: AsyncStream<Input>.Continuation
    ) {
        for case .launch(let session) in actions {
            group.addTask {
                await launch(session, living)
                inputs.yield(.processEnded(session))
            }
        }
    }

    /// Runs a trainer to its end and reports the end when the trainer itself did not.
    ///
    /// One that is killed before it has claimed the session is started again, as often as a lost one would be.
    private func launch(_ session: Session.ID, _ living: LivingTrainers) async {
        var unclaimedCount: UInt32 = 0
        do {
            let kind = try await sessions.recentState(of: session.stream).trainerKind
            while true {
                logger.info("A trainer is started.", metadata: ["session": "\(session)", "kind": "\(kind)"])
                let exit = try await run(session, kind: kind, living)
                // Nobody waits for the trainer any more: the server shuts down, and the trainer comes to the next one.
                guard let exit else { return }
                guard try await isToBeRepeated(exit, of: session, after: unclaimedCount) else { return }
                unclaimedCount += 1
            }
        } catch let error as LaunchError {
            await failLaunch(of: session, message: error.description)
        } catch {
            logger.warning(
                "The end of a trainer could not be reported; its lease will run out.",
                metadata: ["session": "\(session)", "error": "\(error)"])
        }
    }

    private func run(
        _ session: Session.ID, kind: String, _ living: LivingTrainers
    ) async throws(LaunchError) -> TrainerExit? {
        // Once it has ended its id may be another process's.
        defer { living.forget(session) }
        return try await processes.run(session, kind: kind) { processID in
            living.keep(processID, of: session)
            logger.debug("The trainer runs.", metadata: ["session": "\(session)", "process": "\(processID)"])
        }
    }

    /// Reports how a trainer ended; true when the session still waits for a trainer and is to get another one.
    private func isToBeRepeated(
        _ exit: TrainerExit, of session: Session.ID, after unclaimedCount: UInt32
    ) async throws -> Bool {
        let state = try await sessions.state(of: session.stream)
        if let attempt = state.attempt {
            guard attempt.processID == exit.processID else { return false }
            logger.warning("A trainer was lost.", metadata: ["session": "\(session)", "exit": "\(exit.message)"])
            try await perform(
                .loseAttempt(number: attempt.number, message: exit.message), on: session,
                id: "launcher/lost/\(attempt.number)")
            return false
        }
        // A process that claimed the session was waited for by its attempt; its loss queued the session.
        guard state.lifecycle == .queued, state.lastProcessID != exit.processID else { return false }
        let message = exit.message + " (before it claimed the session)"
        guard exit.mayBeRepeated, unclaimedCount < state.maxRestarts else {
            await failLaunch(of: session, message: message)
            return false
        }
        logger.warning("A trainer is started again.", metadata: ["session": "\(session)", "exit": "\(message)"])
        return true
    }

    private func failLaunch(of session: Session.ID, message: String) async {
        logger.error("No trainer could be started.", metadata: ["session": "\(session)", "error": "\(message)"])
        do {
            let version = try await store.version(of: session.stream)
            try await perform(
                .failLaunch(message: message), on: session, id: "launcher/failed/\(version)")
        } catch {
            logger.warning(
                "A failed launch could not be reported.", metadata: ["session": "\(session)", "error": "\(error)"])
        }
    }

    private func perform(_ command: SessionCommand, on session: Session.ID, id: String) async throws {
        guard let id = CommandID(id) else { return }
        _ = try await sessions.handle(
            command, on: session.stream,
            as: CommandIdentity(
                id: id, digest: Digest(hashing: Array(id.text.utf8)), actor: "launcher", mayBeRepeat: true))
    }
}

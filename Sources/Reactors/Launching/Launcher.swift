package import Application
package import EventLog
package import Logging
import ReadModels
import Synchronization
package import Tracking

/// Starts a trainer for each session that waits, as many at once as there are slots, and reports how its process ended.
///
/// It acts only by commands. A trainer outlives its server: after a start of the server, sessions that were running keep
/// their slot while their lease lives.
package final class Launcher: Reactor {
    package let name = "launcher"
    package let interest: EventFilter? = .categories([.session])
    package let types: Set<String>? = SessionEvent.endingTypes.union(
        SessionEvent.types(
            of: .startRequested(StartRequested()), .attemptClaimed(AttemptClaimed()), .imported(SessionImported())))

    private let core: TrackerCore
    private let processes: any TrainerProcesses
    private let logger: Logger
    private let machine: Mutex<LauncherMachine>
    private let living = LivingTrainers()

    /// - Parameter slots: How many sessions may train at once.
    package init(_ core: TrackerCore, processes: any TrainerProcesses, slots: Int, logger: Logger) {
        self.core = core
        self.processes = processes
        self.logger = logger
        machine = Mutex(LauncherMachine(slots: slots))
    }

    package func begin(_ work: ReactorWork) async throws -> LogPosition {
        await processes.waitUntilReady()
        // Of the read models: the states of many thousand sessions would take seconds to fold.
        let (waiting, training, position) = try await core.readWithoutLimit { [processes] snapshot in
            (
                try processes.launched(of: snapshot.queue(), in: snapshot),
                try processes.launched(of: snapshot.sessionIDs(in: [.running, .stopping]), in: snapshot),
                snapshot.position
            )
        }
        machine.withLock {
            for session in training { $0.claimed(session, isOurs: true) }
            for session in waiting { $0.wait(session) }
        }
        step(work)
        return position
    }

    package func react(to event: RecordedEvent, _ work: ReactorWork) async throws {
        guard let session = Session.ID(event.stream.identity) else { return }
        let event = try SessionEvent(event)
        if case .attemptLost = event { try await endLost(of: session) }
        switch event {
        case .startRequested, .attemptLost:
            if try await launches(session) { machine.withLock { $0.wait(session) } }
        case .attemptClaimed:
            let isOurs = try await launches(session)
            machine.withLock { $0.claimed(session, isOurs: isOurs) }
        case .stopped, .completed, .failed, .imported: machine.withLock { $0.ended(session) }
        default: break
        }
        step(work)
    }

    /// Launches what is due.
    private func step(_ work: ReactorWork) {
        for case .launch(let session) in machine.withLock({ $0.step() }) {
            work {
                await self.launch(session)
                self.machine.withLock { $0.processEnded(session) }
                self.step(work)
            }
        }
    }

    /// Ends the process whose attempt was lost though it lives: it says nothing any more, and the next one needs its place.
    /// A trainer of an earlier server, which nobody waits for, may have left some behind.
    private func endLost(of session: Session.ID) async throws {
        let state = try await core.sessions.state(of: session.stream)
        if state.attempt == nil, state.lastProcessID > 0 {
            processes.endLeftovers(of: session, processID: state.lastProcessID)
        }
        guard let processID = living.processID(of: session) else { return }
        guard state.attempt?.processID != processID, state.lastProcessID == processID else { return }
        logger.warning(
            "Stopping a trainer that has no lease.", metadata: ["session": "\(session)", "process": "\(processID)"])
        processes.end(processID: processID)
    }

    private func launches(_ session: Session.ID) async throws -> Bool {
        let state = try await core.sessions.recentState(of: session.stream)
        return processes.launches(state.trainerKind)
    }

    /// Runs a trainer to its end and reports the end when the trainer itself did not.
    ///
    /// One that is killed before it has claimed the session is started again, as often as a lost one would be.
    private func launch(_ session: Session.ID) async {
        var unclaimedCount: UInt32 = 0
        do {
            let state = try await core.sessions.recentState(of: session.stream)
            guard let kind = state.trainerKind else { return }
            while true {
                logger.info("Starting a trainer.", metadata: ["session": "\(session)", "kind": "\(kind)"])
                let exit = try await run(session, kind: kind, allowedProgram: state.allowedProgram)
                // Nobody waits for the trainer any more: the server shuts down, and the trainer comes to the next one.
                guard let exit else { return }
                guard try await isToBeRepeated(exit, of: session, after: unclaimedCount) else { return }
                unclaimedCount += 1
            }
        } catch let error as LaunchError {
            await failLaunch(of: session, message: error.description)
        } catch {
            logger.warning(
                "The end of a trainer could not be reported; its lease will expire.",
                metadata: ["session": "\(session)", "error": "\(error)"])
        }
    }

    private func run(
        _ session: Session.ID, kind: TrainerKind, allowedProgram: String
    ) async throws(LaunchError) -> TrainerExit? {
        // Once it has ended its id may be another process's.
        defer { living.forget(session) }
        return try await processes.run(session, kind: kind, allowedProgram: allowedProgram) { processID in
            living.keep(processID, of: session)
            logger.debug("The trainer is running.", metadata: ["session": "\(session)", "process": "\(processID)"])
        }
    }

    /// Reports how a trainer ended; true when the session still waits for a trainer and is to get another one.
    private func isToBeRepeated(
        _ exit: TrainerExit, of session: Session.ID, after unclaimedCount: UInt32
    ) async throws -> Bool {
        let state = try await core.sessions.state(of: session.stream)
        if let attempt = state.attempt {
            guard attempt.processID == exit.processID else { return false }
            logger.warning("A trainer was lost.", metadata: ["session": "\(session)", "exit": "\(exit.message)"])
            try await perform(
                .loseAttempt(number: attempt.number, message: exit.message), on: session,
                key: "lost/\(attempt.number)")
            return false
        }
        // A process that claimed the session was waited for by its attempt; its loss queued the session.
        guard state.lifecycle == .queued, state.lastProcessID != exit.processID else { return false }
        let message = exit.message + " (before it claimed the session)"
        guard exit.mayBeRepeated, unclaimedCount < state.maxRestarts else {
            await failLaunch(of: session, message: message)
            return false
        }
        logger.warning("Starting a trainer again.", metadata: ["session": "\(session)", "exit": "\(message)"])
        return true
    }

    private func failLaunch(of session: Session.ID, message: String) async {
        logger.error("No trainer could be started.", metadata: ["session": "\(session)", "error": "\(message)"])
        do {
            let version = try await core.store.version(of: session.stream)
            try await perform(.failLaunch(message: message), on: session, key: "failed/\(version)")
        } catch {
            logger.warning(
                "A failed launch could not be reported.", metadata: ["session": "\(session)", "error": "\(error)"])
        }
    }

    private func perform(_ command: SessionCommand, on session: Session.ID, key: String) async throws {
        guard let identity = identity(key) else { return }
        _ = try await core.sessions.handle(command, on: session.stream, as: identity)
    }
}

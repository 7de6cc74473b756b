import Reactors
import Tracking

/// Starts the trainers of a simulation, which live on when the server that started them was killed.
struct ScriptedTrainers: TrainerProcesses {
    let outside: Outside
    let isEnabled = true

    func waitUntilReady() async {}

    func run(
        _ session: Session.ID, kind: TrainerKind, allowedProgram: String, started: @Sendable (UInt32) -> Void
    ) async throws(LaunchError) -> TrainerExit? {
        if !outside.isCalm, outside.world.chance.once(in: 25) { throw LaunchError("no process could be started") }
        let processID = outside.startTrainer(of: session)
        started(processID)
        guard let reason = await outside.exit(of: processID) else { return nil }
        return TrainerExit(processID: processID, reason: reason, lastLines: "")
    }

    func end(processID: UInt32) { outside.kill(processID) }

    func endLeftovers(of session: Session.ID, processID: UInt32) {}
}

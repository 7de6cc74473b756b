import Application
import Blobs
import EventLog
import NIOCore
import Reactors
import StoreTesting
import SwiftProtobuf
import TestSupport
import TrackerTesting
import Tracking

/// A trainer's process: claims its session, reports epochs, saves checkpoints, renews its lease and finishes, or vanishes,
/// or hangs until others train in its place and then goes on as if nothing had happened.
struct ScriptedTrainer: Sendable {
    private static let epochCount: UInt32 = 4
    private static let notClaimable: Int32 = 7

    let outside: Outside
    let session: Session.ID
    let processID: UInt32

    private var chance: Chance { outside.world.chance }
    private var loop: SimulationLoop { outside.world.loop }
    private var isCalm: Bool { outside.isCalm }

    private struct Vanished: Error {}

    /// Returns how the process ended.
    func run() async -> TrainerExit.Reason {
        do {
            try await train()
            return .exit(code: 0)
        } catch let error as CallError {
            guard case .refused = error else { return .exit(code: 1) }
            return .exit(code: Self.notClaimable)
        } catch {
            return .signal(9)
        }
    }

    private func name(_ what: String) -> String { "process \(processID): \(what)" }
    private func command(_ what: String) -> CommandIdentity {
        TestTracker.command("\(session)/\(processID)/\(what)")
    }

    private func train() async throws {
        try await loop.sleep(for: chance.milliseconds(100...3000))
        let claim = try await outside.call(name("claims \(session)")) { life in
            let begun = outside.world.loop.elapsed
            let claim = try await life.tracker.attempts.claim(
                session,
                .with {
                    $0.host = "node"
                    $0.processID = processID
                    $0.leaseSeconds = Outside.leaseSeconds
                }, secret: "the secret of \(processID)", as: command("claim"))
            outside.world.ledger.renew(session, attempt: claim.claimed.attempt, at: begun)
            return claim
        }
        let (token, attempt) = (claim.token, claim.claimed.attempt)
        let first = claim.receipt.state.epoch + 1
        var isStopRequested = claim.receipt.state.isStopRequested
        try await speak("begins at epoch \(first)", token, attempt) { life, speaker in
            _ = try await life.tracker.attempts.start(
                speaker,
                .with {
                    $0.firstEpoch = first
                    $0.firstStep = UInt64(first - 1) * 10 + 1
                }, facts: [], as: command("start"))
        }
        var epoch = first
        while epoch <= Self.epochCount, !isStopRequested {
            try await work(token, attempt)
            isStopRequested = try await complete(epoch, token, attempt)
            if chance.once(in: 2) { try await save(epoch, token, attempt) }
            epoch += 1
        }
        let finish: SessionCommand.Finish =
            isStopRequested
            ? .stopped(step: UInt64(epoch - 1) * 10, checkpoint: "", message: "")
            : chance.once(in: 8)
                ? .failed(message: "the loss is not a number") : .completed(finalMetrics: [], earlyStopReason: "")
        try await speak("finishes", token, attempt) { life, speaker in
            _ = try await life.tracker.attempts.finish(speaker, finish, epoch: nil, as: command("finish"))
        }
    }

    /// Trains a while, with a word now and then, unless it vanishes or hangs.
    private func work(_ token: String, _ attempt: UInt32) async throws {
        for _ in 0..<chance.number(1...3) {
            if !isCalm, chance.once(in: 25) { throw Vanished() }
            let isHanging = !isCalm && chance.once(in: 20)
            if isHanging { outside.world.trace.note(name("hangs")) }
            try await loop.sleep(for: chance.milliseconds(isHanging ? 12_000...40_000 : 500...4000))
            try await speak("renews", token, attempt) { life, speaker in _ = life.tracker.attempts.renew(speaker) }
        }
    }

    /// Calls the server as the attempt whose token is shown, which renews its lease.
    private func speak(
        _ what: String, _ token: String, _ attempt: UInt32,
        _ body: (ServerLife, Attempts.Speaker) async throws -> Void
    ) async throws {
        try await outside.call(name(what)) { life in
            let begun = loop.elapsed
            let speaker = try await life.tracker.attempts.speaker(for: session, token: token)
            if life.isAlive { outside.world.ledger.renew(session, attempt: attempt, at: begun) }
            try await body(life, speaker)
        }
    }

    /// Reports an epoch; true when the trainer is to stop.
    private func complete(_ epoch: UInt32, _ token: String, _ attempt: UInt32) async throws -> Bool {
        let loss = Double(chance.below(1000)) / 1000
        let completed = EpochCompleted.with {
            $0.attempt = attempt
            $0.epoch = epoch
            $0.step = UInt64(epoch) * 10
            $0.metrics = [
                .with {
                    $0.name = "val_loss"
                    $0.value = loss
                }
            ]
        }
        do {
            return try await outside.call(name("completes epoch \(epoch)")) { life in
                let begun = loop.elapsed
                let speaker = try await life.tracker.attempts.speaker(for: session, token: token)
                if life.isAlive { outside.world.ledger.renew(session, attempt: attempt, at: begun) }
                return try await life.tracker.attempts.completeEpoch(
                    speaker, completed, as: command("epoch \(epoch)")
                ).state.isStopRequested
            }
        } catch let error as CallError {
            guard case .refused = error, outside.world.bug == .fencedReport else { throw error }
            try await force(.epochCompleted(completed), as: command("epoch \(epoch)"))
            throw error
        }
    }

    /// The planted fault: the event is recorded though the rules refuse it.
    private func force(_ event: SessionEvent, as identity: CommandIdentity) async throws {
        let request = AppendRequest(
            stream: session.stream, events: [try event.encoded()], expecting: .any, commandID: identity.id,
            commandDigest: identity.digest, actor: identity.actor)
        try await outside.call(name("is not refused")) { life in _ = try await life.store.append(request) }
    }

    /// Saves a checkpoint, often of bytes that were stored before.
    private func save(_ epoch: UInt32, _ token: String, _ attempt: UInt32) async throws {
        let content = chance.below(24)
        var random = SeededGenerator(seed: UInt64(content))
        let bytes = ByteBuffer(bytes: random.noise(500 + 700 * content))
        var draft = Checkpoints.Draft(session: session, epoch: epoch, fileName: "weights.bin")
        draft.step = UInt64(epoch) * 10
        draft.attempt = attempt
        let described = draft
        let saved = try await outside.call(name("saves content \(content) as of epoch \(epoch)")) { life in
            let stored = try await life.core.blobs.put(bytes)
            do {
                return try await life.tracker.checkpoints.save(described, stored, token: token) {
                    command("checkpoint \(epoch)")
                }
            } catch {
                await life.tracker.checkpoints.discard(stored)
                throw error
            }
        }
        if let id = Checkpoint.ID(saved.value.entry.document.checkpointID) { outside.add(id) }
    }
}

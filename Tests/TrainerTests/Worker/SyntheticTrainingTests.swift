import API
import Synchronization
import Testing
import Tracking
import Trainer

@Suite("Training a session")
struct SyntheticTrainingTests {
    static let yaml = """
        trainer: {kind: synthetic, steps_per_epoch: 4, state_bytes: 256, metric_count: 2, log_lines_per_epoch: 1}
        train:
          epochs: 3
          checkpoint_save_top_k: -1
          early_stopping_patience: 50
          scheduler: {type: plateau, patience: 0, factor: 0.5}
          gradient_accumulation_steps: 1
          seed: 11
        """

    /// The final digest of an undisturbed session.
    static func undisturbed(_ yaml: String = yaml) async throws -> String {
        let rehearsal = try Rehearsal(yaml)
        #expect(try await rehearsal.attempt() == .completed)
        return try #require(rehearsal.finalDigest)
    }

    @Test("an undisturbed session reports every epoch, saves its checkpoint after it, and completes")
    func undisturbed() async throws {
        let rehearsal = try Rehearsal(Self.yaml)
        #expect(try await rehearsal.attempt() == .completed)
        let lifecycle = rehearsal.service.events.dropFirst(3).map(\.type)
        #expect(
            lifecycle == [
                "session.attempt_started", "session.epoch_completed", "session.checkpoint_saved",
                "session.epoch_completed", "session.checkpoint_saved", "session.epoch_completed",
                "session.checkpoint_saved", "session.completed",
            ])
        #expect(rehearsal.visibleEpochs == [1, 2, 3])
        #expect(rehearsal.service.status == .completed)
        guard case .completed(let completed)? = rehearsal.service.events.last else {
            Issue.record("the session did not complete")
            return
        }
        #expect(completed.step == 12)
        let names = Set(completed.finalMetrics.map(\.name))
        #expect(
            names == [
                "train_loss", "val_loss", "learning_rate", "train_accuracy", "val_accuracy", "val_dice", "val_froc",
                "epoch_seconds",
            ])
    }

    @Test(
        "stopped at any step and started again, a session ends with the digest of an undisturbed one", arguments: 1...12
    )
    func stops(step: Int) async throws {
        let rehearsal = try Rehearsal(Self.yaml)
        let service = rehearsal.service
        let first = try await rehearsal.attempt { count, stop throws(TrainerError) in
            guard count == step else { return }
            service.handle(.requestStop)
            stop.raise()
        }
        #expect(first == .stopped)
        #expect(service.status == .stopped)
        let saved = try #require(service.checkpoints.last)
        #expect(saved.marks == [.stop])
        #expect(saved.step == UInt64(step))
        #expect(saved.epoch == UInt32((step - 1) / 4 + 1))
        guard case .stopped(let stopped)? = service.events.last else {
            Issue.record("the session did not stop")
            return
        }
        #expect(stopped.checkpointID == saved.checkpointID)

        service.handle(.requestStart)
        #expect(try await rehearsal.attempt() == .completed)
        #expect(rehearsal.visibleEpochs == [1, 2, 3])
        #expect(rehearsal.finalDigest == (try await Self.undisturbed()))
    }

    @Test("stopped again and again after each step, a session still ends with the digest of an undisturbed one")
    func stopsAtEveryStep() async throws {
        let rehearsal = try Rehearsal(Self.yaml)
        let service = rehearsal.service
        var outcome = TrainerOutcome.stopped
        var attempts = 0
        while outcome == .stopped, attempts < 40 {
            attempts += 1
            outcome = try await rehearsal.attempt { _, stop throws(TrainerError) in
                service.handle(.requestStop)
                stop.raise()
            }
            if outcome == .stopped { service.handle(.requestStart) }
        }
        #expect(outcome == .completed)
        #expect(attempts == 13)
        #expect(rehearsal.finalDigest == (try await Self.undisturbed()))
    }

    @Test("killed after any step, a session is trained again to the same digest", arguments: 1...12)
    func kills(step: Int) async throws {
        let rehearsal = try Rehearsal(Self.yaml)
        await #expect(throws: TrainerError(.plannedCrash, "")) {
            try await rehearsal.attempt { count, _ throws(TrainerError) in
                if count == step { throw TrainerError(.plannedCrash, "killed") }
            }
        }
        rehearsal.service.loseAttempt()
        #expect(try await rehearsal.attempt() == .completed)
        #expect(rehearsal.visibleEpochs == [1, 2, 3])
        #expect(rehearsal.finalDigest == (try await Self.undisturbed()))
    }

    @Test("killed between any two calls, a session loses and doubles nothing", arguments: [false, true])
    func breaks(isAfter: Bool) async throws {
        let digest = try await Self.undisturbed()
        let rehearsal = try Rehearsal(Self.yaml)
        try await rehearsal.attempt()
        let callCount = rehearsal.service.callCount
        #expect(callCount == 10)
        for call in 1...callCount {
            let rehearsal = try Rehearsal(Self.yaml)
            rehearsal.service.breakConnection(at: .init(call: call, isAfter: isAfter))
            await #expect(throws: TrainerError(.unreachable, "")) { try await rehearsal.attempt() }
            rehearsal.service.breakConnection(at: nil)
            rehearsal.service.loseAttempt()
            if rehearsal.service.status == .queued { #expect(try await rehearsal.attempt() == .completed) }
            #expect(rehearsal.service.status == .completed)
            #expect(rehearsal.visibleEpochs == [1, 2, 3])
            #expect(rehearsal.finalDigest == digest)
        }
    }

    @Test("with gradient accumulation a stop falls between updates, and the last update of an epoch may be short")
    func accumulates() async throws {
        let yaml = Self.yaml.replacing("gradient_accumulation_steps: 1", with: "gradient_accumulation_steps: 3")
        let digest = try await Self.undisturbed(yaml)
        for step in 1...6 {
            let rehearsal = try Rehearsal(yaml)
            let service = rehearsal.service
            #expect(
                try await rehearsal.attempt { count, stop throws(TrainerError) in
                    guard count == step else { return }
                    service.handle(.requestStop)
                    stop.raise()
                } == .stopped)
            service.handle(.requestStart)
            #expect(try await rehearsal.attempt() == .completed)
            #expect(rehearsal.finalDigest == digest)
        }
    }

    @Test("a damaged checkpoint is passed over, and the epoch is trained again")
    func damaged() async throws {
        let rehearsal = try Rehearsal(Self.yaml)
        let service = rehearsal.service
        await #expect(throws: TrainerError(.plannedCrash, "")) {
            try await rehearsal.attempt { count, _ throws(TrainerError) in
                if count == 10 { throw TrainerError(.plannedCrash, "killed") }
            }
        }
        service.loseAttempt()
        let newest = try #require(service.checkpoints.last)
        service.state.withLock { $0.blobs[newest.digest]?[40] ^= 1 }
        #expect(try await rehearsal.attempt() == .completed)
        let starts = service.events.compactMap { if case .attemptStarted(let event) = $0 { event } else { nil } }
        #expect(starts.map(\.firstEpoch) == [1, 2])
        #expect(rehearsal.visibleEpochs == [1, 2, 3])
        #expect(rehearsal.finalDigest == (try await Self.undisturbed()))
    }

    @Test("a planned failure ends the session with its message")
    func fails() async throws {
        let rehearsal = try Rehearsal(Self.yaml.replacing("metric_count: 2", with: "fail_at_epoch: 2"))
        let outcome = try await rehearsal.attempt()
        guard case .failed(let message) = outcome, case .failed(let event)? = rehearsal.service.events.last else {
            Issue.record("the session did not fail")
            return
        }
        #expect(message.contains("epoch 2"))
        #expect(event.message == message)
    }

    @Test("a planned crash happens once, and the next attempt goes on")
    func crashes() async throws {
        let rehearsal = try Rehearsal(
            Self.yaml.replacing("metric_count: 2", with: "crash_at_epoch: 2, metric_count: 2"))
        await #expect(throws: TrainerError(.plannedCrash, "")) { try await rehearsal.attempt() }
        rehearsal.service.loseAttempt()
        #expect(try await rehearsal.attempt() == .completed)
        #expect(rehearsal.finalDigest == (try await Self.undisturbed()))
    }

    @Test("a loss that is not a number is reported and does not end the training")
    func nonfinite() async throws {
        let rehearsal = try Rehearsal(Self.yaml.replacing("metric_count: 2", with: "nonfinite_at_epoch: 2"))
        #expect(try await rehearsal.attempt() == .completed)
        let losses = rehearsal.service.events.compactMap { event -> Double? in
            guard case .epochCompleted(let epoch) = event else { return nil }
            return epoch.metrics.first { $0.name == "val_loss" }?.value
        }
        #expect(losses.map(\.isNaN) == [false, true, false])
    }

    @Test("training ends early when the watched metric does not improve, also when killed just before the end")
    func stopsEarly() async throws {
        let yaml = Self.yaml
            .replacing("epochs: 3", with: "epochs: 30")
            .replacing(
                "early_stopping_patience: 50",
                with: "early_stopping_patience: 2\n  early_stopping_min_delta: 10\n  early_stopping_monitor: val_loss")
        let rehearsal = try Rehearsal(yaml)
        #expect(try await rehearsal.attempt() == .completed)
        #expect(rehearsal.visibleEpochs == [1, 2, 3])
        guard case .completed(let completed)? = rehearsal.service.events.last else {
            Issue.record("the session did not complete")
            return
        }
        #expect(completed.earlyStopReason == "val_loss has not improved for 2 epochs")

        let killed = try Rehearsal(yaml)
        killed.service.breakConnection(at: .init(call: 10, isAfter: false))
        await #expect(throws: TrainerError(.unreachable, "")) { try await killed.attempt() }
        killed.service.breakConnection(at: nil)
        killed.service.loseAttempt()
        #expect(try await killed.attempt() == .completed)
        #expect(killed.visibleEpochs == [1, 2, 3])
        #expect(killed.finalDigest == rehearsal.finalDigest)
    }

    @Test("only the best checkpoints and the last are kept")
    func prunes() async throws {
        let yaml = Self.yaml
            .replacing(
                "checkpoint_save_top_k: -1",
                with: "checkpoint_save_top_k: 1\n  checkpoint_monitor: train_loss\n  checkpoint_mode: max"
            )
            .replacing("epochs: 3", with: "epochs: 5")
        let rehearsal = try Rehearsal(yaml)
        #expect(try await rehearsal.attempt() == .completed)
        // The training loss falls, so that the first epoch is the best when more is better.
        #expect(rehearsal.service.checkpoints.map(\.epoch) == [1, 5])
    }
}

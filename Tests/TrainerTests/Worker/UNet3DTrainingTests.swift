import API
import SwiftProtobuf
import Synchronization
import Testing
import Tracking
import Trainer

@Suite("Training a network")
struct UNet3DTrainingTests {
    static let yaml = """
        train:
          epochs: 2
          batch_size: 1
          learning_rate: 0.01
          patch_size: [16, 16, 16]
          patches_per_volume: 2
          model: {init_features: 8, depth: 1, dropout: 0.2}
          scheduler: {type: cosine, warmup_epochs: 1}
          gradient_clip: 1.0
          gradient_accumulation_steps: 2
          checkpoint_monitor: val_froc
          checkpoint_save_top_k: -1
          seed: 3
        data: {size: [24, 24, 24], train_scans: 3, val_scans: 2, nodules_per_scan: [1, 2], diameter: [4, 6], vessels: 4}
        """

    @Test("stopped within an epoch or killed, and started again, a network ends in the same bits", arguments: 1...6)
    func exact(step: Int) async throws {
        let undisturbed = try Rehearsal(Self.yaml)
        #expect(try await undisturbed.attempt() == .completed)
        #expect(undisturbed.visibleEpochs == [1, 2])

        let stopped = try Rehearsal(Self.yaml)
        let service = stopped.service
        let outcome = try await stopped.attempt { count, stop throws(TrainerError) in
            guard count == step else { return }
            service.handle(.requestStop)
            stop.raise()
        }
        #expect(outcome == .stopped)
        #expect(service.checkpoints.last?.step == UInt64(step))
        service.handle(.requestStart)
        #expect(try await stopped.attempt() == .completed)
        #expect(stopped.finalDigest == undisturbed.finalDigest)

        let killed = try Rehearsal(Self.yaml)
        await #expect(throws: TrainerError(.plannedCrash, "")) {
            try await killed.attempt { count, _ throws(TrainerError) in
                if count == step { throw TrainerError(.plannedCrash, "killed") }
            }
        }
        killed.service.loseAttempt()
        #expect(try await killed.attempt() == .completed)
        #expect(killed.finalDigest == undisturbed.finalDigest)
        #expect(killed.visibleEpochs == [1, 2])
    }

    @Test("every metric of the guide is reported, and each but the duration is the same when trained again")
    func metrics() async throws {
        let names = [
            "epoch_seconds", "learning_rate", "train_accuracy", "train_loss", "val_accuracy", "val_dice", "val_froc",
            "val_loss",
        ]
        var runs: [[[Metric]]] = []
        for _ in 0..<2 {
            let rehearsal = try Rehearsal(Self.yaml)
            #expect(try await rehearsal.attempt() == .completed)
            runs.append(
                rehearsal.service.events.compactMap {
                    if case .epochCompleted(let event) = $0 { event.metrics } else { nil }
                })
        }
        for (first, second) in zip(runs[0], runs[1]) {
            #expect(first.map(\.name) == names)
            #expect(first.dropFirst().map(\.value) == second.dropFirst().map(\.value))
            #expect(first.allSatisfy { $0.value.isFinite })
        }
    }

    @Test("a checkpoint of another network fails the session with its reason")
    func otherNetwork() async throws {
        let first = try Rehearsal(Self.yaml)
        #expect(try await first.attempt() == .completed)
        let saved = try #require(first.service.checkpoints.first)
        let bytes = try #require(first.service.state.withLock { $0.blobs[saved.digest] })

        let other = try Rehearsal(
            Self.yaml.replacing("init_features: 8", with: "init_features: 16"),
            parent: .with {
                $0.checkpointID = saved.checkpointID
                $0.digest = saved.digest
                $0.epoch = saved.epoch
                $0.step = saved.step
            })
        other.service.state.withLock { $0.blobs[saved.digest] = bytes }
        guard case .failed(let message) = try await other.attempt() else {
            Issue.record("the session did not fail")
            return
        }
        #expect(message.contains("does not fit"))
        #expect(other.service.status == .failed)
    }

    @Test("a session that continues a checkpoint ends in the bits of one that was never interrupted")
    func continues() async throws {
        let undisturbed = try Rehearsal(Self.yaml)
        #expect(try await undisturbed.attempt() == .completed)
        let saved = try #require(undisturbed.service.checkpoints.first)
        let bytes = try #require(undisturbed.service.state.withLock { $0.blobs[saved.digest] })
        let next = try Rehearsal(
            Self.yaml,
            parent: .with {
                $0.checkpointID = saved.checkpointID
                $0.digest = saved.digest
                $0.epoch = saved.epoch
                $0.step = saved.step
            })
        next.service.state.withLock { $0.blobs[saved.digest] = bytes }
        #expect(try await next.attempt() == .completed)
        #expect(next.visibleEpochs == [2])
        #expect(next.finalDigest == undisturbed.finalDigest)
    }
}

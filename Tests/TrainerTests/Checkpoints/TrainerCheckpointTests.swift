import TensorEngine
import Testing
import Trainer

@Suite("A trainer's checkpoints")
struct TrainerCheckpointTests {
    private func checkpoint() -> TrainerCheckpoint {
        var progress = TrainerProgress(seed: .max)
        progress.epoch = 3
        progress.step = 40
        progress.batchInEpoch = 2
        progress.lossSum = 0.1 + 0.2
        progress.voxelCounts = [1, 2, 3, 4]
        progress.scheduleBest = -1e-300
        progress.scheduleBadCount = 1
        progress.scheduleReductions = 2
        progress.bestMetric = 0.625
        progress.bestEpoch = 2
        progress.stoppingBest = .infinity
        progress.stoppingBadCount = 5
        let state = TrainingState(
            arrays: [
                NamedArray(name: "b", shape: [2], values: [1, .leastNonzeroMagnitude]),
                NamedArray(name: "a", shape: [1, 1], values: [-0.0]),
            ], passCount: 81, pendingPassCount: 1, updateCount: 40)
        return TrainerCheckpoint(state, progress: progress, description: ["model": "unet3d"])
    }

    @Test("a checkpoint comes back whole, down to the bits of its numbers")
    func roundTrip() throws {
        let checkpoint = checkpoint()
        let read = try TrainerCheckpoint(decoding: checkpoint.encoded())
        #expect(read.progress == checkpoint.progress)
        #expect(read.progress.lossSum.bitPattern == (0.1 + 0.2).bitPattern)
        #expect(read.description == ["model": "unet3d"])
        #expect(read.trainingState.passCount == 81)
        #expect(read.trainingState.pendingPassCount == 1)
        #expect(read.trainingState.updateCount == 40)
        #expect(Set(read.arrays.map(\.name)) == ["a", "b"])
        #expect(read.encoded() == checkpoint.encoded())
    }

    @Test("the file depends on nothing but the checkpoint, not even on the order of its arrays")
    func deterministic() {
        var other = checkpoint()
        other.arrays.reverse()
        #expect(other.encoded() == checkpoint().encoded())
        other.progress.step += 1
        #expect(other.encoded() != checkpoint().encoded())
    }

    @Test("a training that has not begun has no best and no schedule")
    func fresh() throws {
        let read = try TrainerCheckpoint(
            decoding: TrainerCheckpoint(arrays: [], progress: TrainerProgress(seed: 0)).encoded())
        #expect(read.progress == TrainerProgress(seed: 0))
        #expect(read.progress.bestMetric == nil && read.progress.scheduleBest == nil)
    }

    @Test("files of others are refused by name")
    func others() {
        #expect(throws: TrainerCheckpointError.unknownFormat(found: nil)) {
            try TrainerCheckpoint(decoding: ArrayFile.encode([]))
        }
        #expect(throws: TrainerCheckpointError.unknownFormat(found: "pt")) {
            try TrainerCheckpoint(decoding: ArrayFile.encode([], metadata: ["format": "pt"]))
        }
        #expect(throws: TrainerCheckpointError.self) { try TrainerCheckpoint(decoding: Array("no file".utf8)) }
    }

    @Test(
        "each value of the progress must be there and make sense",
        arguments: [
            "seed", "epoch", "step", "batch_in_epoch", "loss_sum", "voxel_counts", "pass_count", "pending_pass_count",
            "update_count", "schedule_bad_count", "schedule_reductions", "stopping_bad_count",
        ])
    func progress(key: String) throws {
        let whole = try ArrayFile.decode(checkpoint().encoded()).metadata
        for value in [nil, "", "x", "-1 2", "0x1g", " 1"] as [String?] {
            var metadata = whole
            metadata["progress.\(key)"] = value
            #expect(throws: TrainerCheckpointError.invalidProgress(key: "progress.\(key)", found: value)) {
                try TrainerCheckpoint(decoding: ArrayFile.encode([], metadata: metadata))
            }
        }
    }
}

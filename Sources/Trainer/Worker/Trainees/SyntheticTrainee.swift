package import API
package import TensorEngine
import Tracking
package import TrainingConfiguration

/// A training that only looks like one: seeded curves, and a state that every step mixes, so that the digest of a
/// checkpoint proves which steps were made.
package final class SyntheticTrainee: Trainee {
    private static let mixing = Philox.Purpose(rawValue: 0x201)
    private static let stepNoise = Philox.Purpose(rawValue: 0x202)
    private static let epochNoise = Philox.Purpose(rawValue: 0x203)

    package let facts: TraineeFacts
    package let description: [String: String]
    private let settings: SyntheticSettings
    private let epochs: Int
    private let seed: UInt64
    private let crashes: Bool
    private var state: [Float]
    private var updateCount = 0

    /// The trainee of a configuration; `attempt` decides whether it crashes.
    package init(_ settings: SyntheticSettings, _ configuration: TrainingConfiguration, attempt: Int) {
        self.settings = settings
        epochs = configuration.plannedEpochs ?? 1
        seed = configuration.seed
        crashes = attempt <= settings.crashCount
        state = Array(repeating: 0, count: max(1, settings.stateByteCount / 4))
        let recipe = "synthetic 1 \(settings.stepsPerEpoch) \(settings.stateByteCount) \(configuration.seed)"
        facts = TraineeFacts(
            engine: "synthetic", threads: 1, dataDigest: Digest(hashing: Array(recipe.utf8)).description)
        description = ["kind": "synthetic"]
    }

    package var batchesPerEpoch: Int { settings.stepsPerEpoch }
    package var stepDuration: Duration { settings.stepDuration }

    package func step(epoch: Int, batches: Range<Int>, learningRate: Double) throws(TrainerError) -> StepResult {
        if epoch == settings.failAtEpoch {
            throw TrainerError(
                .plannedFailure, "The configuration asks for a failure in epoch \(epoch) (trainer.fail_at_epoch).")
        }
        if epoch == settings.crashAtEpoch, crashes, batches.contains(settings.stepsPerEpoch / 2) {
            throw TrainerError(
                .plannedCrash, "The configuration asks for a crash in epoch \(epoch) (trainer.crash_at_epoch).")
        }
        mix(Float(learningRate))
        let lossSum = batches.reduce(0.0) { $0 + loss(epoch: epoch, batch: $1) }
        let accuracy = 1 - 0.45 * decay(epoch: epoch, batch: batches.lowerBound)
        let right = Int(1000 * accuracy)
        var random = Philox(seed: seed, purpose: Self.stepNoise, step: place(epoch, batches.lowerBound) | 1 << 63)
        return StepResult(
            batchCount: batches.count, lossSum: lossSum, voxelCounts: [right, 1000 - right, 1000 - right, right],
            gradientNorm: 0.2 + lossSum / Double(batches.count) * (0.8 + 0.4 * random.uniformDouble()),
            metrics: (0..<settings.metricCount).map {
                MetricValue(name: "extra/\($0)", value: Double($0) + random.uniformDouble())
            })
    }

    package func validate(epoch: Int, isInterrupted: () -> Bool) throws(TrainerError) -> [MetricValue]? {
        var random = Philox(seed: seed, purpose: Self.epochNoise, step: UInt64(epoch))
        let rest = decay(epoch: epoch, batch: settings.stepsPerEpoch - 1)
        func noise(_ size: Double) -> Double { size * (random.uniformDouble() - 0.5) }
        func share(_ value: Double) -> Double { min(max(value, 0), 1) }
        let loss = epoch == settings.nonfiniteAtEpoch ? Double.nan : 0.12 + 0.9 * rest + noise(0.03)
        return [
            MetricValue(name: "val_loss", value: loss),
            MetricValue(name: "val_accuracy", value: share(0.97 - 0.42 * rest + noise(0.02))),
            MetricValue(name: "val_dice", value: share(0.85 - 0.8 * rest + noise(0.03))),
            MetricValue(name: "val_froc", value: share(0.9 - 0.85 * rest + noise(0.04))),
        ]
    }

    package func logLines(epoch: Int) -> [String] {
        (0..<settings.logLinesPerEpoch).map { "epoch \(epoch): line \($0 + 1) of \(settings.logLinesPerEpoch)" }
    }

    package func overlay(epoch: Int) throws(TrainerError) -> [UInt8]? { nil }

    package func export() -> TrainingState {
        TrainingState(
            arrays: [NamedArray(name: "state", shape: [state.count], values: state)], passCount: UInt64(updateCount),
            pendingPassCount: 0, updateCount: updateCount)
    }

    package func restore(_ state: TrainingState) throws(TrainerError) {
        guard let array = state.arrays.first(where: { $0.name == "state" }), array.values.count == self.state.count
        else {
            throw TrainerError(
                .checkpoint,
                "The checkpoint does not hold a state of \(self.state.count) numbers. Set trainer.state_bytes as in the "
                    + "session that saved it.")
        }
        self.state = array.values
        updateCount = state.updateCount
    }

    /// Mixes the state: each number becomes half of itself plus one that is drawn by seed and update.
    private func mix(_ scale: Float) {
        updateCount += 1
        var random = Philox(seed: seed, purpose: Self.mixing, step: UInt64(updateCount))
        state.withUnsafeMutableBufferPointer { state in
            for index in state.indices { state[index] = 0.5 * state[index] + (random.uniform() - 0.5) * (1 + scale) }
        }
    }

    private func place(_ epoch: Int, _ batch: Int) -> UInt64 { UInt64(epoch) << 32 | UInt64(batch) }

    /// The part that is left to learn: from 1 towards 0, as one over the epochs done.
    private func decay(epoch: Int, batch: Int) -> Double {
        let done = Double(epoch - 1) + Double(batch + 1) / Double(settings.stepsPerEpoch)
        return 1 / (1 + 8 * done / Double(epochs))
    }

    private func loss(epoch: Int, batch: Int) -> Double {
        if epoch == settings.nonfiniteAtEpoch { return .nan }
        var random = Philox(seed: seed, purpose: Self.stepNoise, step: place(epoch, batch))
        return 0.08 + 0.9 * decay(epoch: epoch, batch: batch) + 0.06 * (random.uniformDouble() - 0.5)
    }
}

package import TensorEngine
import Tracking
package import TrainingConfiguration

/// The basis of a training's course besides its trainee: all of it from the configuration and the data's size.
package struct TrainingPlan: Equatable, Sendable {
    /// The absolute number of epochs.
    package let epochs: Int
    /// The epoch after which a reproduction ends, though the schedule goes on; nil for other sessions.
    package let lastEpoch: Int?
    package let seed: UInt64
    package let batchesPerEpoch: Int
    /// Forward passes for one optimizer update; the last update of an epoch may have fewer.
    package let batchesPerStep: Int
    package let checkpoints: CheckpointPolicy
    package let earlyStopping: EarlyStopping?
    /// The learning rate at each step, counted from 0.
    package let schedule: LearningRateSchedule
    /// Steps between reported points of step metrics.
    package let logEvery: Int

    /// The plan of a configuration for a trainer built in here.
    /// - Parameter lastEpoch: The epoch after which a reproduction ends.
    /// - Throws: `.configuration` when it is for another kind of trainer.
    package init(
        _ configuration: TrainingConfiguration, batchesPerEpoch: Int, lastEpoch: Int? = nil
    ) throws(TrainerError) {
        guard let train = configuration.train, batchesPerEpoch > 0 else {
            throw TrainerError(
                .configuration,
                "This command trains unet3d and synthetic, not the trainer \(configuration.trainer.kind.rawValue). Start "
                    + "the session's own program.")
        }
        epochs = train.epochs
        self.lastEpoch = lastEpoch
        seed = configuration.seed
        self.batchesPerEpoch = batchesPerEpoch
        batchesPerStep = min(train.gradientAccumulationSteps, batchesPerEpoch)
        checkpoints = configuration.checkpoints
        earlyStopping = train.earlyStopping
        logEvery = train.logEvery
        let steps = (batchesPerEpoch + batchesPerStep - 1) / batchesPerStep
        do throws(TensorEngineError) {
            schedule = try Self.schedule(train, stepsPerEpoch: steps, mode: configuration.checkpoints.mode)
        } catch {
            throw TrainerError(.configuration, "The learning rate cannot follow train.scheduler: \(error).")
        }
    }

    /// The epoch after which there is nothing left to do.
    package var finalEpoch: Int { min(epochs, lastEpoch ?? epochs) }

    /// Optimizer updates in an epoch.
    package var stepsPerEpoch: Int { (batchesPerEpoch + batchesPerStep - 1) / batchesPerStep }

    /// Settings in epochs become a schedule in steps, so that a warm-up of one epoch is a warm-up.
    private static func schedule(
        _ train: TrainSettings, stepsPerEpoch: Int, mode: MetricMode
    ) throws(TensorEngineError) -> LearningRateSchedule {
        let settings = train.scheduler
        let course: LearningRateSchedule.Course =
            switch settings.kind {
            case .constant: .constant
            case .cosine:
                .cosine(
                    length: max(1, (train.epochs - settings.warmupEpochs) * stepsPerEpoch),
                    minimum: settings.minimumLearningRate)
            case .step: .step(every: settings.stepSize * stepsPerEpoch, factor: settings.gamma)
            case .multistep:
                .steps(
                    at: settings.milestones.map { max(0, $0 - settings.warmupEpochs) * stepsPerEpoch },
                    factor: settings.gamma)
            case .plateau:
                .plateau(
                    factor: settings.factor, patience: settings.patience, threshold: 1e-4,
                    minimum: settings.minimumLearningRate, mode: mode == .max ? .maximize : .minimize)
            }
        return try LearningRateSchedule(
            base: train.learningRate, course: course, warmUp: settings.warmupEpochs * stepsPerEpoch,
            floor: settings.minimumLearningRate)
    }
}

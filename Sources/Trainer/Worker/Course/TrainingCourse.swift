package import API
import TensorEngine
import TrainingConfiguration

/// The course of one attempt as a pure state machine: `next` says what to do, and the `did…` methods say that it was done.
///
/// The order at an epoch's end is: validate, report the epoch, save its checkpoint, delete what the policy lets go. A stop
/// is obeyed between any two steps, also before and instead of a validation, but never between an epoch's validation and
/// its checkpoint; then that checkpoint gets the mark.
package struct TrainingCourse: Sendable {
    /// The next thing for the shell to do.
    package enum Action: Equatable, Sendable {
        /// One optimizer update: step `index` (from 0) of an epoch.
        case train(epoch: Int, index: Int, learningRate: Double)
        case validate(epoch: Int)
        case report(TrainedEpoch)
        case save(Save)
        case delete(id: String)
        case finish(Finish)
    }

    /// A checkpoint to be saved.
    package struct Save: Equatable, Sendable {
        /// The epoch it closes, or interrupts.
        package let epoch: Int
        package let step: Int
        package let metrics: [MetricValue]
        package let isStop: Bool
    }

    /// The end of the attempt.
    package enum Finish: Equatable, Sendable {
        case completed(finalMetrics: [MetricValue], earlyStopReason: String?)
        case stopped(checkpointID: String)
    }

    private enum Phase: Equatable {
        case underWay
        /// Validated; to be reported.
        case validated(TrainedEpoch)
        /// Reported; its checkpoint is to be saved.
        case reported(TrainedEpoch)
    }

    package let plan: TrainingPlan
    /// All that the next step depends on besides the trainee's arrays.
    package private(set) var progress: TrainerProgress
    package private(set) var shelf: CheckpointShelf
    private var schedule: LearningRateSchedule
    private var phase = Phase.underWay
    private var stopCheckpointID: String?
    private var lastMetrics: [MetricValue]

    /// The course from `progress` on. `lastMetrics` are those of the epoch before, if the session has recorded it.
    /// - Throws: `.checkpoint` when the progress cannot be that of a training by `plan`.
    package init(
        _ plan: TrainingPlan, progress: TrainerProgress, shelf: CheckpointShelf, lastMetrics: [MetricValue]
    ) throws(TrainerError) {
        self.plan = plan
        self.progress = progress
        self.progress.seed = plan.seed
        // The data of a session that continues another's checkpoint may be fewer.
        self.progress.batchInEpoch = min(progress.batchInEpoch, plan.batchesPerEpoch)
        self.shelf = shelf
        self.lastMetrics = lastMetrics
        schedule = plan.schedule
        do throws(TensorEngineError) {
            try schedule.restore(
                .init(
                    best: progress.scheduleBest, badCount: progress.scheduleBadCount,
                    reductions: progress.scheduleReductions))
        } catch {
            throw TrainerError(.checkpoint, "The checkpoint's schedule cannot be continued: \(error).")
        }
    }

    /// The epoch under way, from 1.
    package var epoch: Int { progress.epoch + 1 }

    /// The steps done of the epoch under way.
    package var stepInEpoch: Int { (progress.batchInEpoch + plan.batchesPerStep - 1) / plan.batchesPerStep }

    /// The share of the epoch under way that is done, 0 to 1.
    package var epochFraction: Double { Double(progress.batchInEpoch) / Double(plan.batchesPerEpoch) }

    /// The reason that the training is over before its planned epochs; nil when it is not.
    private var earlyStopReason: String? {
        guard let stopping = plan.earlyStopping, progress.stoppingBadCount >= stopping.patience else { return nil }
        return "\(stopping.monitor) has not improved for \(progress.stoppingBadCount) epochs"
    }

    /// The reason that the training ends before the epochs of its configuration; nil when it does not.
    private var endReason: String? {
        guard progress.epoch < plan.epochs else { return nil }
        return earlyStopReason ?? "the reproduced session has recorded no epoch after epoch \(progress.epoch)"
    }

    private var isOver: Bool {
        progress.batchInEpoch == 0 && (progress.epoch >= plan.finalEpoch || earlyStopReason != nil)
    }

    /// The action to be taken now.
    package func next(stopRequested: Bool) -> Action {
        switch phase {
        case .validated(let report): return .report(report)
        case .reported(let report):
            return .save(
                Save(
                    epoch: report.epoch, step: report.step, metrics: report.metrics, isStop: stopRequested && !isOver))
        case .underWay: break
        }
        if isOver {
            if let surplus = shelf.surplus(under: plan.checkpoints, isOver: true) { return .delete(id: surplus.id) }
            return .finish(.completed(finalMetrics: lastMetrics, earlyStopReason: endReason))
        }
        if stopRequested {
            if let stopCheckpointID { return .finish(.stopped(checkpointID: stopCheckpointID)) }
            let closes = progress.batchInEpoch == 0 && progress.epoch > 0
            return .save(
                Save(
                    epoch: closes ? progress.epoch : epoch, step: progress.step, metrics: closes ? lastMetrics : [],
                    isStop: true))
        }
        if let surplus = shelf.surplus(under: plan.checkpoints, isOver: false) { return .delete(id: surplus.id) }
        if progress.batchInEpoch >= plan.batchesPerEpoch { return .validate(epoch: epoch) }
        return .train(epoch: epoch, index: stepInEpoch, learningRate: learningRate(atStep: stepInEpoch))
    }

    /// One optimizer update was made.
    package mutating func didTrain(_ result: StepResult) {
        progress.step += 1
        progress.batchInEpoch += result.batchCount
        progress.lossSum += result.lossSum
        for index in progress.voxelCounts.indices { progress.voxelCounts[index] += result.voxelCounts[index] }
    }

    /// The epoch was validated; `seconds` is what it took.
    package mutating func didValidate(_ validation: [MetricValue], seconds: Double) {
        let rate = learningRate(atStep: plan.stepsPerEpoch - 1)
        let counts = progress.voxelCounts
        let confusion = VoxelConfusion(
            truePositives: counts[0], falsePositives: counts[1], falseNegatives: counts[2], trueNegatives: counts[3])
        var metrics = [
            MetricValue(name: "train_loss", value: progress.lossSum / Double(max(1, progress.batchInEpoch))),
            MetricValue(name: "learning_rate", value: rate),
            MetricValue(name: "train_accuracy", value: confusion.balancedAccuracy),
        ]
        metrics += validation
        metrics.append(MetricValue(name: "epoch_seconds", value: seconds))
        metrics.sort { $0.name < $1.name }

        progress.epoch += 1
        progress.batchInEpoch = 0
        progress.lossSum = 0
        progress.voxelCounts = [0, 0, 0, 0]
        let monitored = metrics[plan.checkpoints.monitor]
        var judgement = EpochJudgement(progress)
        judgement.observe(
            epoch: progress.epoch, monitored: monitored,
            watched: plan.earlyStopping.flatMap { metrics[$0.monitor] }, plan: plan)
        judgement.store(in: &progress)
        if let monitored { schedule.observe(monitored) }
        progress.scheduleBest = schedule.state.best
        progress.scheduleBadCount = schedule.state.badCount
        progress.scheduleReductions = schedule.state.reductions
        lastMetrics = metrics
        phase = .validated(TrainedEpoch(epoch: progress.epoch, step: progress.step, metrics: metrics))
    }

    /// The epoch's report is on the server's disk.
    package mutating func didReport() {
        guard case .validated(let report) = phase else { return }
        let isDue = report.epoch % plan.checkpoints.everyEpochs == 0 || (isOver && plan.checkpoints.keepsLast)
        phase = isDue ? .reported(report) : .underWay
    }

    /// The checkpoint is on the server's disk, under `id`.
    package mutating func didSave(_ save: Save, id: String) {
        shelf.add(.init(id: id, epoch: save.epoch, step: save.step, value: save.metrics[plan.checkpoints.monitor]))
        if save.isStop { stopCheckpointID = id }
        phase = .underWay
    }

    /// The checkpoint is gone.
    package mutating func didDelete(id: String) { shelf.remove(id) }

    private func learningRate(atStep index: Int) -> Double {
        schedule.rate(at: progress.epoch * plan.stepsPerEpoch + index)
    }
}

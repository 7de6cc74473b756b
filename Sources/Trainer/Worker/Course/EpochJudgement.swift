import TrainingConfiguration

/// The judgement of the epochs so far by the monitored metrics: the best one, and how long nothing improved.
///
/// A fold over epochs in ascending order; the trainer and the replay of a session make it alike.
package struct EpochJudgement: Equatable, Sendable {
    /// The best value of the metric that ranks checkpoints, and its epoch.
    package var bestMetric: Double?
    package var bestEpoch: Int?
    /// The best value of the metric that early stopping watches, and the epochs since.
    package var stoppingBest: Double?
    package var stoppingBadCount = 0

    package init() {}

    package init(_ progress: TrainerProgress) {
        bestMetric = progress.bestMetric
        bestEpoch = progress.bestEpoch
        stoppingBest = progress.stoppingBest
        stoppingBadCount = progress.stoppingBadCount
    }

    /// Takes the values of one more epoch; a value that is nil was not reported and says nothing. NaN never improves.
    package mutating func observe(epoch: Int, monitored: Double?, watched: Double?, plan: TrainingPlan) {
        if let monitored, bestMetric.map({ plan.checkpoints.mode.isBetter(monitored, than: $0) }) ?? !monitored.isNaN {
            bestMetric = monitored
            bestEpoch = epoch
        }
        guard let stopping = plan.earlyStopping, let watched else { return }
        let isBetter =
            stoppingBest.map { stopping.mode.isBetter(watched, than: $0, by: stopping.minimumDelta) } ?? !watched.isNaN
        if isBetter {
            stoppingBest = watched
            stoppingBadCount = 0
        } else {
            stoppingBadCount += 1
        }
    }

    /// Writes the judgement into `progress`.
    package func store(in progress: inout TrainerProgress) {
        progress.bestMetric = bestMetric
        progress.bestEpoch = bestEpoch
        progress.stoppingBest = stoppingBest
        progress.stoppingBadCount = stoppingBadCount
    }
}

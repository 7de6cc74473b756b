/// The point that a training has come to: all that its next step depends on besides weights, statistics and moments.
///
/// It names no session, host, time or duration: two trainings that did the same have equal progress.
package struct TrainerProgress: Equatable, Sendable {
    /// The seed every random choice follows from.
    package var seed: UInt64
    /// The epochs completed.
    package var epoch = 0
    /// The optimizer updates made since the session's start.
    package var step = 0
    /// The batches of the epoch after `epoch` that were trained on: where the data go on.
    package var batchInEpoch = 0
    /// The sum of the losses of those batches.
    package var lossSum = 0.0
    /// Counts of the voxels of those batches: true positives, false positives, false negatives, true negatives.
    package var voxelCounts: [Int] = [0, 0, 0, 0]
    /// Forward passes made; they select dropout masks.
    package var passCount: UInt64 = 0
    /// Passes whose gradients wait for an update.
    package var pendingPassCount = 0
    /// The updates the optimizer's moments have seen.
    package var updateCount = 0
    /// The memory of the learning rate schedule: its best observation, the bad ones since, and the reductions made.
    package var scheduleBest: Double?
    package var scheduleBadCount = 0
    package var scheduleReductions = 0
    /// The best value of the monitored metric, and its epoch.
    package var bestMetric: Double?
    package var bestEpoch: Int?
    /// Early stopping: the best value watched, and the epochs since.
    package var stoppingBest: Double?
    package var stoppingBadCount = 0

    /// A training that has not begun.
    package init(seed: UInt64) { self.seed = seed }
}

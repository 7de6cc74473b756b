package import API

/// The measurements of one optimizer update.
package struct StepResult: Equatable, Sendable {
    /// The forward passes of the update.
    package var batchCount: Int
    /// The sum of their losses.
    package var lossSum: Double
    /// True positives, false positives, false negatives, true negatives of their voxels.
    package var voxelCounts: [Int]
    /// The norm of the gradient before clipping.
    package var gradientNorm: Double
    /// Further points of step metrics.
    package var metrics: [MetricValue]

    package init(
        batchCount: Int, lossSum: Double, voxelCounts: [Int] = [0, 0, 0, 0], gradientNorm: Double,
        metrics: [MetricValue] = []
    ) {
        self.batchCount = batchCount
        self.lossSum = lossSum
        self.voxelCounts = voxelCounts
        self.gradientNorm = gradientNorm
        self.metrics = metrics
    }

    /// The mean loss of the passes.
    package var loss: Double { lossSum / Double(max(1, batchCount)) }
}

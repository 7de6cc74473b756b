/// The counts of voxels predicted rightly and wrongly, summed over any number of volumes.
package struct VoxelConfusion: Equatable, Sendable {
    package private(set) var truePositives = 0
    package private(set) var falsePositives = 0
    package private(set) var falseNegatives = 0
    package private(set) var trueNegatives = 0

    package init() {}

    /// Counts made earlier.
    package init(truePositives: Int, falsePositives: Int, falseNegatives: Int, trueNegatives: Int) {
        self.truePositives = truePositives
        self.falsePositives = falsePositives
        self.falseNegatives = falseNegatives
        self.trueNegatives = trueNegatives
    }

    /// Counts the voxels of one prediction. A probability counts as positive from `threshold` on, a target from 0.5 on;
    /// NaN counts as negative. Both must have the same number of voxels.
    package mutating func add(
        probabilities: some Collection<Float>, targets: some Collection<Float>, threshold: Float = 0.5
    ) {
        precondition(probabilities.count == targets.count, "a prediction and its target must have the same size")
        for (probability, target) in zip(probabilities, targets) {
            switch (probability >= threshold, target >= 0.5) {
            case (true, true): truePositives += 1
            case (true, false): falsePositives += 1
            case (false, true): falseNegatives += 1
            case (false, false): trueNegatives += 1
            }
        }
    }

    /// Counts the voxels of one prediction given as logits: positive from 0 on, which is probability 1/2.
    package mutating func add(
        logits: UnsafeBufferPointer<Float>, targets: UnsafeBufferPointer<Float>
    ) {
        precondition(logits.count == targets.count, "a prediction and its target must have the same size")
        var counts = SIMD4<Int>()
        for index in logits.indices {
            counts[(logits[index] >= 0 ? 0 : 2) + (targets[index] >= 0.5 ? 0 : 1)] += 1
        }
        truePositives += counts[0]
        falsePositives += counts[1]
        falseNegatives += counts[2]
        trueNegatives += counts[3]
    }

    /// Adds the counts of another.
    package static func += (left: inout Self, right: Self) {
        left.truePositives += right.truePositives
        left.falsePositives += right.falsePositives
        left.falseNegatives += right.falseNegatives
        left.trueNegatives += right.trueNegatives
    }

    /// The dice coefficient 2 TP / (2 TP + FP + FN); 1 when nothing was to be found and nothing was predicted.
    package var dice: Double {
        let denominator = 2 * truePositives + falsePositives + falseNegatives
        return denominator == 0 ? 1 : Double(2 * truePositives) / Double(denominator)
    }

    /// The mean of the shares of positive and of negative voxels predicted rightly; when there are voxels of one class
    /// only, that class's share; 1 without voxels.
    package var balancedAccuracy: Double {
        let positives = truePositives + falseNegatives
        let negatives = trueNegatives + falsePositives
        let shares = [(truePositives, positives), (trueNegatives, negatives)].filter { $0.1 > 0 }
        guard !shares.isEmpty else { return 1 }
        return shares.reduce(0) { $0 + Double($1.0) / Double($1.1) } / Double(shares.count)
    }
}

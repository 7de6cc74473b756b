/// The counts of each label predicted as each other, summed over any number of volumes.
package struct ClassConfusion: Equatable, Sendable {
    package let classCount: Int
    /// The voxels with label t predicted as p, at t · classCount + p.
    private var counts: [Int]

    /// No voxels of `classCount` labels (at least 2); label 0 is the background.
    package init(classCount: Int) {
        precondition(classCount >= 2, "\(classCount) classes; there are at least the background and one more")
        self.classCount = classCount
        counts = Array(repeating: 0, count: classCount * classCount)
    }

    /// The voxels with the label `truth` that were predicted as `predicted`.
    package func count(truth: Int, predicted: Int) -> Int { counts[truth * classCount + predicted] }

    /// Counts the voxels of one volume. `logits` hold a plane for each class, `labels` numbers below `classCount`. The
    /// prediction is the class of the highest logit, of equal ones the first.
    package mutating func add(logits: UnsafeBufferPointer<Float>, labels: UnsafeBufferPointer<Float>) {
        precondition(logits.count == classCount * labels.count, "a prediction and its labels must have the same size")
        for voxel in labels.indices {
            counts[Int(labels[voxel]) * classCount + Self.highest(logits, voxel, labels.count, classCount)] += 1
        }
    }

    /// Counts the voxels of a batch: both row-major [batch, classes, voxels], `oneHot` with 1 in the plane of the label.
    package mutating func add(
        logits: UnsafeBufferPointer<Float>, oneHot: UnsafeBufferPointer<Float>, batchCount: Int
    ) {
        precondition(logits.count == oneHot.count, "a prediction and its target must have the same size")
        let sampleCount = logits.count / batchCount
        let voxelCount = sampleCount / classCount
        for sample in 0..<batchCount {
            let range = sample * sampleCount..<(sample + 1) * sampleCount
            let (logits, oneHot) = (
                UnsafeBufferPointer(rebasing: logits[range]), UnsafeBufferPointer(rebasing: oneHot[range])
            )
            for voxel in 0..<voxelCount {
                let truth = Self.highest(oneHot, voxel, voxelCount, classCount)
                counts[truth * classCount + Self.highest(logits, voxel, voxelCount, classCount)] += 1
            }
        }
    }

    /// The class of the highest value of a voxel, of equal ones the first; NaN is never higher.
    @inline(__always)
    package static func highest(
        _ planes: UnsafeBufferPointer<Float>, _ voxel: Int, _ stride: Int, _ classCount: Int
    ) -> Int {
        var best = 0
        var value = planes[voxel]
        for label in 1..<classCount where planes[label * stride + voxel] > value {
            best = label
            value = planes[label * stride + voxel]
        }
        return best
    }

    /// The dice coefficient of a label: 2 TP / (2 TP + FP + FN); 1 when it neither occurs nor is predicted.
    package func dice(of label: Int) -> Double {
        var (predicted, wanted) = (0, 0)
        for other in 0..<classCount {
            predicted += count(truth: other, predicted: label)
            wanted += count(truth: label, predicted: other)
        }
        let hits = count(truth: label, predicted: label)
        return predicted + wanted == 0 ? 1 : Double(2 * hits) / Double(predicted + wanted)
    }

    /// The mean of the dice coefficients of all labels but the background.
    package var meanDice: Double {
        (1..<classCount).reduce(0) { $0 + dice(of: $1) } / Double(classCount - 1)
    }

    /// The same voxels as structure against background, whichever structure.
    package var foreground: VoxelConfusion {
        var (hits, alarms, misses, rest) = (0, 0, 0, 0)
        for truth in 0..<classCount {
            for predicted in 0..<classCount {
                let count = count(truth: truth, predicted: predicted)
                switch (truth > 0, predicted > 0) {
                case (true, true): hits += count
                case (false, true): alarms += count
                case (true, false): misses += count
                case (false, false): rest += count
                }
            }
        }
        return VoxelConfusion(
            truePositives: hits, falsePositives: alarms, falseNegatives: misses, trueNegatives: rest)
    }
}

/// Computes a loss and its gradient for one shape of logits; keeps its working memory.
package final class LossEvaluator {
    package let loss: Loss
    package let shape: VolumeShape
    /// Softmax probabilities; unused by sigmoid losses.
    private let probabilities: Storage

    /// Throws `.invalidArgument` when the loss's values are out of range.
    package init(_ loss: Loss, shape: VolumeShape) throws(TensorEngineError) {
        try loss.validate()
        self.loss = loss
        self.shape = shape
        probabilities = Storage(count: loss.head == .softmax ? shape.count : 1)
    }

    /// The loss of `logits` against `targets`, both row-major of `shape`; its gradient replaces the contents of `gradient`.
    package func evaluate(
        _ logits: UnsafePointer<Float>, _ targets: UnsafePointer<Float>, gradient: UnsafeMutablePointer<Float>
    ) -> Double {
        gradient.update(repeating: 0, count: shape.count)
        if loss.head == .softmax {
            SoftmaxKernel.probabilities(of: logits, into: probabilities.pointer, shape: shape)
        }
        return add(loss, weight: 1, logits, targets, gradient)
    }

    private func add(
        _ loss: Loss, weight: Float, _ logits: UnsafePointer<Float>, _ targets: UnsafePointer<Float>,
        _ gradient: UnsafeMutablePointer<Float>
    ) -> Double {
        let count = shape.count
        switch loss {
        case .weightedSum(let terms):
            return terms.reduce(0) { sum, term in
                sum + Double(term.weight) * add(term.loss, weight: weight * term.weight, logits, targets, gradient)
            }
        case .focal(let alpha, let gamma):
            let sum = SigmoidKernel.focal(
                logits, targets, alpha: alpha, gamma: gamma, scale: weight / Float(count), gradient: gradient,
                count: count)
            return sum / Double(count)
        case .weightedBinaryCrossEntropy(let positiveWeight):
            let sum = SigmoidKernel.crossEntropy(
                logits, targets, positiveWeight: positiveWeight, scale: weight / Float(count), gradient: gradient,
                count: count)
            return sum / Double(count)
        case .softDice(let smooth):
            return addSoftDice(smooth, weight, logits, targets, gradient)
        case .softmaxCrossEntropy:
            let voxels = shape.batch * shape.voxelCount
            let sum = SoftmaxKernel.crossEntropy(
                logits, probabilities.pointer, targets, scale: weight / Float(voxels), gradient: gradient, shape: shape)
            return sum / Double(voxels)
        case .softmaxDice(let smooth):
            return addSoftmaxDice(smooth, weight, targets, gradient)
        }
    }

    private func addSoftDice(
        _ smooth: Float, _ weight: Float, _ logits: UnsafePointer<Float>, _ targets: UnsafePointer<Float>,
        _ gradient: UnsafeMutablePointer<Float>
    ) -> Double {
        let voxels = shape.voxelCount
        var total = 0.0
        for channel in 0..<shape.channels {
            var overlap = Overlap()
            for sample in 0..<shape.batch {
                let offset = (sample * shape.channels + channel) * voxels
                overlap += SigmoidKernel.overlap(logits + offset, targets + offset, count: voxels)
            }
            total += overlap.loss(smooth: Double(smooth))
            let slope = overlap.slope(smooth: Double(smooth))
            let scale = Double(weight) / Double(shape.channels)
            for sample in 0..<shape.batch {
                let offset = (sample * shape.channels + channel) * voxels
                SigmoidKernel.addDiceGradient(
                    logits + offset, targets + offset, constant: Float(slope.constant * scale),
                    perTarget: Float(slope.perTarget * scale), gradient: gradient + offset, count: voxels)
            }
        }
        return total / Double(shape.channels)
    }

    private func addSoftmaxDice(
        _ smooth: Float, _ weight: Float, _ targets: UnsafePointer<Float>, _ gradient: UnsafeMutablePointer<Float>
    ) -> Double {
        let overlaps = SoftmaxKernel.overlaps(probabilities.pointer, targets, shape: shape)
        let slopes = overlaps.map { $0.slope(smooth: Double(smooth)) }
        let scale = Double(weight) / Double(shape.channels)
        SoftmaxKernel.addDiceGradient(
            probabilities.pointer, targets, constant: slopes.map { Float($0.constant * scale) },
            perTarget: slopes.map { Float($0.perTarget * scale) }, gradient: gradient, shape: shape)
        return overlaps.reduce(0) { $0 + $1.loss(smooth: Double(smooth)) } / Double(shape.channels)
    }
}

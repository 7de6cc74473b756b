/// Computes a loss and its gradient for one shape of logits; keeps its working memory.
///
/// Work is cut into blocks of 4,096 elements whatever the number of threads, and the sums of the blocks are added in order:
/// the result does not depend on the threads.
package final class LossEvaluator {
    package let loss: Loss
    package let shape: VolumeShape
    private let engine: ComputeEngine
    /// Softmax probabilities; unused by sigmoid losses.
    private let probabilities: Storage
    /// A sum for each block.
    private var sums: [Double]
    private var overlaps: [Overlap]

    private static let blockLength = 4096

    /// An evaluator that runs on `engine`'s threads. Throws `.invalidArgument` when the loss's values are out of range.
    package init(_ loss: Loss, shape: VolumeShape, engine: ComputeEngine) throws(TensorEngineError) {
        try loss.validate()
        self.loss = loss
        self.shape = shape
        self.engine = engine
        probabilities = Storage(count: loss.head == .softmax ? shape.count : 1)
        let perPlane = (shape.voxelCount + Self.blockLength - 1) / Self.blockLength
        let blockCount = max(perPlane * shape.batch, (shape.count + Self.blockLength - 1) / Self.blockLength, 1)
        sums = Array(repeating: 0, count: blockCount)
        overlaps = Array(repeating: Overlap(), count: blockCount)
    }

    /// The loss of `logits` against `targets`, both row-major of `shape`; its gradient replaces the contents of `gradient`.
    package func evaluate(
        _ logits: UnsafePointer<Float>, _ targets: UnsafePointer<Float>, gradient: UnsafeMutablePointer<Float>
    ) -> Double {
        gradient.update(repeating: 0, count: shape.count)
        if loss.head == .softmax {
            let target = probabilities.pointer
            _ = sampleSum { offset, voxels in
                SoftmaxKernel.probabilities(
                    of: logits + offset, into: target + offset, channels: self.shape.channels,
                    stride: self.shape.voxelCount, voxels: voxels)
                return 0
            }
        }
        return add(loss, weight: 1, logits, targets, gradient)
    }

    private func add(
        _ loss: Loss, weight: Float, _ logits: UnsafePointer<Float>, _ targets: UnsafePointer<Float>,
        _ gradient: UnsafeMutablePointer<Float>
    ) -> Double {
        let scale = weight / Float(shape.count)
        switch loss {
        case .weightedSum(let terms):
            return terms.reduce(0) { sum, term in
                sum + Double(term.weight) * add(term.loss, weight: weight * term.weight, logits, targets, gradient)
            }
        case .focal(let alpha, let gamma):
            let sum = elementSum { begin, count in
                SigmoidKernel.focal(
                    logits + begin, targets + begin, alpha: alpha, gamma: gamma, scale: scale,
                    gradient: gradient + begin, count: count)
            }
            return sum / Double(shape.count)
        case .weightedBinaryCrossEntropy(let positiveWeight):
            let sum = elementSum { begin, count in
                SigmoidKernel.crossEntropy(
                    logits + begin, targets + begin, positiveWeight: positiveWeight, scale: scale,
                    gradient: gradient + begin, count: count)
            }
            return sum / Double(shape.count)
        case .softDice(let smooth):
            return addSoftDice(smooth, weight, logits, targets, gradient)
        case .softmaxCrossEntropy:
            let voxelCount = shape.batch * shape.voxelCount
            let probabilities = UnsafePointer(probabilities.pointer)
            let sum = sampleSum { offset, voxels in
                SoftmaxKernel.crossEntropy(
                    logits + offset, probabilities + offset, targets + offset, scale: weight / Float(voxelCount),
                    gradient: gradient + offset, channels: self.shape.channels, stride: self.shape.voxelCount,
                    voxels: voxels)
            }
            return sum / Double(voxelCount)
        case .softmaxDice(let smooth):
            return addSoftmaxDice(smooth, weight, targets, gradient)
        }
    }

    private func addSoftDice(
        _ smooth: Float, _ weight: Float, _ logits: UnsafePointer<Float>, _ targets: UnsafePointer<Float>,
        _ gradient: UnsafeMutablePointer<Float>
    ) -> Double {
        var total = 0.0
        for channel in 0..<shape.channels {
            let overlap = planeOverlap(channel) { begin, count in
                SigmoidKernel.overlap(logits + begin, targets + begin, count: count)
            }
            total += overlap.loss(smooth: Double(smooth))
            let slope = overlap.slope(smooth: Double(smooth))
            let scale = Double(weight) / Double(shape.channels)
            _ = planeOverlap(channel) { begin, count in
                SigmoidKernel.addDiceGradient(
                    logits + begin, targets + begin, constant: Float(slope.constant * scale),
                    perTarget: Float(slope.perTarget * scale), gradient: gradient + begin, count: count)
                return Overlap()
            }
        }
        return total / Double(shape.channels)
    }

    private func addSoftmaxDice(
        _ smooth: Float, _ weight: Float, _ targets: UnsafePointer<Float>, _ gradient: UnsafeMutablePointer<Float>
    ) -> Double {
        let probabilities = UnsafePointer(probabilities.pointer)
        let scale = Double(weight) / Double(shape.channels)
        var total = 0.0
        var constant: [Float] = []
        var perTarget: [Float] = []
        for channel in 0..<shape.channels {
            let overlap = planeOverlap(channel) { begin, count in
                SoftmaxKernel.overlap(probabilities + begin, targets + begin, count: count)
            }
            total += overlap.loss(smooth: Double(smooth))
            let slope = overlap.slope(smooth: Double(smooth))
            constant.append(Float(slope.constant * scale))
            perTarget.append(Float(slope.perTarget * scale))
        }
        _ = sampleSum { [constant, perTarget] offset, voxels in
            SoftmaxKernel.addDiceGradient(
                probabilities + offset, targets + offset, constant: constant, perTarget: perTarget,
                gradient: gradient + offset, stride: self.shape.voxelCount, voxels: voxels)
            return 0
        }
        return total / Double(shape.channels)
    }

    // MARK: Blocks

    /// The sum of `body` over blocks of all elements, given by first element and count.
    private func elementSum(_ body: (_ begin: Int, _ count: Int) -> Double) -> Double {
        let count = shape.count
        return blockSum((count + Self.blockLength - 1) / Self.blockLength) { block in
            let begin = block * Self.blockLength
            return body(begin, min(Self.blockLength, count - begin))
        }
    }

    /// The sum of `body` over blocks of voxels of each sample, given by the sample's first element and the voxels.
    private func sampleSum(_ body: (_ offset: Int, _ voxels: Range<Int>) -> Double) -> Double {
        let voxelCount = shape.voxelCount
        let perSample = (voxelCount + Self.blockLength - 1) / Self.blockLength
        return blockSum(perSample * shape.batch) { block in
            let (sample, part) = block.quotientAndRemainder(dividingBy: perSample)
            let begin = part * Self.blockLength
            return body(
                sample * self.shape.channels * voxelCount, begin..<min(begin + Self.blockLength, voxelCount))
        }
    }

    private func blockSum(_ blockCount: Int, _ body: (Int) -> Double) -> Double {
        sums.withUnsafeMutableBufferPointer { sums in
            engine.parallel(blockCount) { blocks in
                for block in blocks { sums[block] = body(block) }
            }
            return sums[..<blockCount].reduce(0, +)
        }
    }

    /// The sum of `body` over blocks of one channel of all samples, given by first element and count.
    private func planeOverlap(_ channel: Int, _ body: (_ begin: Int, _ count: Int) -> Overlap) -> Overlap {
        let voxelCount = shape.voxelCount
        let perPlane = (voxelCount + Self.blockLength - 1) / Self.blockLength
        let blockCount = perPlane * shape.batch
        return overlaps.withUnsafeMutableBufferPointer { overlaps in
            engine.parallel(blockCount) { blocks in
                for block in blocks {
                    let (sample, part) = block.quotientAndRemainder(dividingBy: perPlane)
                    let begin = part * Self.blockLength
                    let plane = (sample * self.shape.channels + channel) * voxelCount
                    overlaps[block] = body(plane + begin, min(Self.blockLength, voxelCount - begin))
                }
            }
            var total = Overlap()
            for block in 0..<blockCount { total += overlaps[block] }
            return total
        }
    }
}

/// Loops of the losses over softmax probabilities of row-major logits [batch, channels, voxels].
enum SoftmaxKernel {
    /// target = e^logits / Σ over channels.
    static func probabilities(
        of logits: UnsafePointer<Float>, into target: UnsafeMutablePointer<Float>, shape: VolumeShape
    ) {
        let voxels = shape.voxelCount
        for sample in 0..<shape.batch {
            let base = sample * shape.channels * voxels
            var voxel = 0
            while voxel < voxels {
                let lanes = min(8, voxels - voxel)
                softmax(logits + base + voxel, into: target + base + voxel, shape.channels, voxels, lanes)
                voxel += 8
            }
        }
    }

    /// -Σ t log p over all voxels and channels, from logits; adds `scale` times its gradient to `gradient`.
    static func crossEntropy(
        _ logits: UnsafePointer<Float>, _ probabilities: UnsafePointer<Float>, _ targets: UnsafePointer<Float>,
        scale: Float, gradient: UnsafeMutablePointer<Float>, shape: VolumeShape
    ) -> Double {
        let voxels = shape.voxelCount
        var total = 0.0
        for sample in 0..<shape.batch {
            let base = sample * shape.channels * voxels
            for voxel in 0..<voxels {
                var largest = -Float.infinity
                var targetSum: Float = 0
                for channel in 0..<shape.channels {
                    largest = max(largest, logits[base + channel * voxels + voxel])
                    targetSum += targets[base + channel * voxels + voxel]
                }
                var product: Float = 0
                var largestProbability: Float = 0
                for channel in 0..<shape.channels {
                    let index = base + channel * voxels + voxel
                    product += targets[index] * (logits[index] - largest)
                    largestProbability = max(largestProbability, probabilities[index])
                    gradient[index] += scale * (probabilities[index] * targetSum - targets[index])
                }
                // log Σ e^(x - largest) = -log of the largest probability.
                let logSum = -VectorMath.logarithm(SIMD8(repeating: largestProbability))[0]
                total += Double(targetSum * logSum - product)
            }
        }
        return total
    }

    /// Σ p t, Σ p and Σ t of each channel.
    static func overlaps(_ probabilities: UnsafePointer<Float>, _ targets: UnsafePointer<Float>, shape: VolumeShape)
        -> [Overlap]
    {
        let voxels = shape.voxelCount
        var overlaps = [Overlap](repeating: Overlap(), count: shape.channels)
        for sample in 0..<shape.batch {
            for channel in 0..<shape.channels {
                let base = (sample * shape.channels + channel) * voxels
                var sums = Overlap()
                for voxel in 0..<voxels {
                    let p = Double(probabilities[base + voxel])
                    let t = Double(targets[base + voxel])
                    sums.product += p * t
                    sums.predicted += p
                    sums.target += t
                }
                overlaps[channel] += sums
            }
        }
        return overlaps
    }

    /// gradient += p_c (g_c - Σ_k g_k p_k) with g_c = constant[c] + perTarget[c] t_c.
    static func addDiceGradient(
        _ probabilities: UnsafePointer<Float>, _ targets: UnsafePointer<Float>, constant: [Float], perTarget: [Float],
        gradient: UnsafeMutablePointer<Float>, shape: VolumeShape
    ) {
        let voxels = shape.voxelCount
        for sample in 0..<shape.batch {
            let base = sample * shape.channels * voxels
            for voxel in 0..<voxels {
                var mean: Float = 0
                for channel in 0..<shape.channels {
                    let index = base + channel * voxels + voxel
                    mean += (constant[channel] + perTarget[channel] * targets[index]) * probabilities[index]
                }
                for channel in 0..<shape.channels {
                    let index = base + channel * voxels + voxel
                    let slope = constant[channel] + perTarget[channel] * targets[index]
                    gradient[index] += probabilities[index] * (slope - mean)
                }
            }
        }
    }

    @inline(__always)
    private static func softmax(
        _ logits: UnsafePointer<Float>, into target: UnsafeMutablePointer<Float>, _ channels: Int, _ stride: Int,
        _ lanes: Int
    ) {
        var largest = SIMD8<Float>(repeating: -.infinity)
        for channel in 0..<channels {
            let x = load(logits + channel * stride, lanes)
            largest.replace(with: x, where: x .> largest)
        }
        var sum = SIMD8<Float>()
        for channel in 0..<channels {
            let e = VectorMath.exponential(load(logits + channel * stride, lanes) - largest)
            sum += e
            store(e, target + channel * stride, lanes)
        }
        for channel in 0..<channels {
            store(load(target + channel * stride, lanes) / sum, target + channel * stride, lanes)
        }
    }

    @inline(__always)
    private static func load(_ pointer: UnsafePointer<Float>, _ lanes: Int) -> SIMD8<Float> {
        if lanes == 8 { return VectorMath.load(pointer, 0) }
        var vector = SIMD8<Float>()
        for lane in 0..<lanes { vector[lane] = pointer[lane] }
        return vector
    }

    @inline(__always)
    private static func store(_ vector: SIMD8<Float>, _ pointer: UnsafeMutablePointer<Float>, _ lanes: Int) {
        if lanes == 8 { return VectorMath.store(vector, pointer, 0) }
        for lane in 0..<lanes { pointer[lane] = vector[lane] }
    }
}

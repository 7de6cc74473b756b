/// Loops of the losses over softmax probabilities of row-major logits [batch, channels, voxels], eight voxels at a time.
///
/// Each function works on `voxels` of one sample whose channels begin every `stride` floats.
enum SoftmaxKernel {
    private typealias Vector = SIMD8<Float>

    /// target = e^logits / Σ over channels.
    static func probabilities(
        of logits: UnsafePointer<Float>, into target: UnsafeMutablePointer<Float>, channels: Int, stride: Int,
        voxels: Range<Int>
    ) {
        forEachVector(voxels) { voxel, lanes in
            var largest = Vector(repeating: -.infinity)
            for channel in 0..<channels {
                let x = load(logits + channel * stride + voxel, lanes)
                largest.replace(with: x, where: x .> largest)
            }
            var sum = Vector()
            for channel in 0..<channels {
                let e = VectorMath.exponential(load(logits + channel * stride + voxel, lanes) - largest)
                sum += e
                store(e, target + channel * stride + voxel, lanes)
            }
            for channel in 0..<channels {
                let place = target + channel * stride + voxel
                store(load(place, lanes) / sum, place, lanes)
            }
        }
    }

    /// -Σ t log p over voxels and channels, from logits; adds `scale` times its gradient to `gradient`.
    static func crossEntropy(
        _ logits: UnsafePointer<Float>, _ probabilities: UnsafePointer<Float>, _ targets: UnsafePointer<Float>,
        scale: Float, gradient: UnsafeMutablePointer<Float>, channels: Int, stride: Int, voxels: Range<Int>
    ) -> Double {
        var sums = SIMD8<Double>()
        forEachVector(voxels) { voxel, lanes in
            var largest = Vector(repeating: -.infinity)
            var largestProbability = Vector()
            var targetSum = Vector()
            for channel in 0..<channels {
                let place = channel * stride + voxel
                let (x, p) = (load(logits + place, lanes), load(probabilities + place, lanes))
                largest.replace(with: x, where: x .> largest)
                largestProbability.replace(with: p, where: p .> largestProbability)
                targetSum += load(targets + place, lanes)
            }
            var product = Vector()
            for channel in 0..<channels {
                let place = channel * stride + voxel
                let t = load(targets + place, lanes)
                product += t * (load(logits + place, lanes) - largest)
                let slope = load(probabilities + place, lanes) * targetSum - t
                store(load(gradient + place, lanes) + scale * slope, gradient + place, lanes)
            }
            // log Σ e^(x - largest) is minus the logarithm of the largest probability.
            let logSum = -VectorMath.logarithm(largestProbability)
            sums += SIMD8<Double>(masked(targetSum * logSum - product, lanes))
        }
        return VectorMath.orderedSum(sums)
    }

    /// Σ p t, Σ p and Σ t over `count` voxels of one channel.
    static func overlap(_ probabilities: UnsafePointer<Float>, _ targets: UnsafePointer<Float>, count: Int) -> Overlap {
        var products = SIMD8<Double>()
        var predicted = SIMD8<Double>()
        var wanted = SIMD8<Double>()
        forEachVector(0..<count) { index, lanes in
            let (p, t) = (load(probabilities + index, lanes), load(targets + index, lanes))
            products += SIMD8<Double>(p * t)
            predicted += SIMD8<Double>(p)
            wanted += SIMD8<Double>(t)
        }
        return Overlap(
            product: VectorMath.orderedSum(products), predicted: VectorMath.orderedSum(predicted),
            target: VectorMath.orderedSum(wanted))
    }

    /// gradient += p_c (g_c - Σ_k g_k p_k) with g_c = constant[c] + perTarget[c] t_c.
    static func addDiceGradient(
        _ probabilities: UnsafePointer<Float>, _ targets: UnsafePointer<Float>, constant: [Float], perTarget: [Float],
        gradient: UnsafeMutablePointer<Float>, stride: Int, voxels: Range<Int>
    ) {
        let channels = constant.count
        forEachVector(voxels) { voxel, lanes in
            var mean = Vector()
            for channel in 0..<channels {
                let place = channel * stride + voxel
                let slope = constant[channel] + perTarget[channel] * load(targets + place, lanes)
                mean += slope * load(probabilities + place, lanes)
            }
            for channel in 0..<channels {
                let place = channel * stride + voxel
                let slope = constant[channel] + perTarget[channel] * load(targets + place, lanes)
                let change = load(probabilities + place, lanes) * (slope - mean)
                store(load(gradient + place, lanes) + change, gradient + place, lanes)
            }
        }
    }

    // MARK: Lanes

    /// Calls `body` with each vector's first voxel and number of lanes (8, less for the last).
    @inline(__always)
    private static func forEachVector(_ voxels: Range<Int>, _ body: (_ voxel: Int, _ lanes: Int) -> Void) {
        var voxel = voxels.lowerBound
        while voxel + 8 <= voxels.upperBound {
            body(voxel, 8)
            voxel += 8
        }
        if voxel < voxels.upperBound { body(voxel, voxels.upperBound - voxel) }
    }

    /// Zero in the lanes past `lanes`.
    @inline(__always)
    private static func load(_ pointer: UnsafePointer<Float>, _ lanes: Int) -> Vector {
        if lanes == 8 { return VectorMath.load(pointer, 0) }
        var vector = Vector()
        for lane in 0..<lanes { vector[lane] = pointer[lane] }
        return vector
    }

    @inline(__always)
    private static func load(_ pointer: UnsafeMutablePointer<Float>, _ lanes: Int) -> Vector {
        load(UnsafePointer(pointer), lanes)
    }

    @inline(__always)
    private static func store(_ vector: Vector, _ pointer: UnsafeMutablePointer<Float>, _ lanes: Int) {
        if lanes == 8 { return VectorMath.store(vector, pointer, 0) }
        for lane in 0..<lanes { pointer[lane] = vector[lane] }
    }

    @inline(__always)
    private static func masked(_ vector: Vector, _ lanes: Int) -> Vector {
        if lanes == 8 { return vector }
        var result = Vector()
        for lane in 0..<lanes { result[lane] = vector[lane] }
        return result
    }
}

/// Loops of the losses over sigmoid probabilities. Vectors of eight, remainders through a padded vector, sums in a fixed order.
enum SigmoidKernel {
    private typealias Vector = SIMD8<Float>

    /// target = 1 / (1 + e^-logits).
    static func probabilities(
        of logits: UnsafePointer<Float>, into target: UnsafeMutablePointer<Float>, count: Int
    ) {
        forEachVector(count) { index, lanes in
            let x = load(logits, index, lanes)
            store(probability(x, exponential: VectorMath.exponential(-magnitude(x))), target, index, lanes)
        }
    }

    /// Adds `scale` times the gradient of the weighted binary cross entropy's sum to `gradient`; returns the sum.
    static func crossEntropy(
        _ logits: UnsafePointer<Float>, _ targets: UnsafePointer<Float>, positiveWeight: Float, scale: Float,
        gradient: UnsafeMutablePointer<Float>, count: Int
    ) -> Double {
        var sums = SIMD8<Double>()
        forEachVector(count) { index, lanes in
            let x = load(logits, index, lanes)
            let t = load(targets, index, lanes)
            let e = VectorMath.exponential(-magnitude(x))
            let p = probability(x, exponential: e)
            // -log p = softplus(-x) and -log(1 - p) = softplus(x) = softplus(-x) + x.
            let rest = VectorMath.logarithmOfOnePlus(e)
            let positive = rest + maximum(-x, 0)
            let negative = rest + maximum(x, 0)
            let value = positiveWeight * t * positive + (1 - t) * negative
            let slope = (1 - t) * p - positiveWeight * t * (1 - p)
            sums += SIMD8<Double>(masked(value, lanes))
            store(load(gradient, index, lanes) + scale * slope, gradient, index, lanes)
        }
        return VectorMath.orderedSum(sums)
    }

    /// Adds `scale` times the gradient of the focal loss's sum to `gradient`; returns the sum.
    static func focal(
        _ logits: UnsafePointer<Float>, _ targets: UnsafePointer<Float>, alpha: Float, gamma: Float, scale: Float,
        gradient: UnsafeMutablePointer<Float>, count: Int
    ) -> Double {
        var sums = SIMD8<Double>()
        forEachVector(count) { index, lanes in
            let x = load(logits, index, lanes)
            let t = load(targets, index, lanes)
            let e = VectorMath.exponential(-magnitude(x))
            let p = probability(x, exponential: e)
            let entropy = VectorMath.logarithmOfOnePlus(e) + maximum(x, 0) - x * t
            // The miss 1 - h, without the cancellation of 1 - p: q = 1 - p = sigmoid(-x).
            let q = probability(-x, exponential: e)
            let miss = q * t + p * (1 - t)
            let weight = alpha * t + (1 - alpha) * (1 - t)
            let lower = power(miss, gamma - 1)
            let factor = gamma == 0 ? Vector(repeating: 1) : lower * miss
            sums += SIMD8<Double>(masked(weight * factor * entropy, lanes))
            let hitSlope = p * q * (2 * t - 1)
            let slope = weight * (factor * (p - t) - gamma * lower * hitSlope * entropy)
            store(load(gradient, index, lanes) + scale * slope, gradient, index, lanes)
        }
        return VectorMath.orderedSum(sums)
    }

    /// Σ p t, Σ p and Σ t with p the sigmoid of `logits`.
    static func overlap(_ logits: UnsafePointer<Float>, _ targets: UnsafePointer<Float>, count: Int) -> Overlap {
        var products = SIMD8<Double>()
        var predicted = SIMD8<Double>()
        var wanted = SIMD8<Double>()
        forEachVector(count) { index, lanes in
            let x = load(logits, index, lanes)
            let t = load(targets, index, lanes)
            let p = masked(probability(x, exponential: VectorMath.exponential(-magnitude(x))), lanes)
            products += SIMD8<Double>(p * t)
            predicted += SIMD8<Double>(p)
            wanted += SIMD8<Double>(t)
        }
        return Overlap(
            product: VectorMath.orderedSum(products), predicted: VectorMath.orderedSum(predicted),
            target: VectorMath.orderedSum(wanted))
    }

    /// gradient += (constant + perTarget t) p (1 - p).
    static func addDiceGradient(
        _ logits: UnsafePointer<Float>, _ targets: UnsafePointer<Float>, constant: Float, perTarget: Float,
        gradient: UnsafeMutablePointer<Float>, count: Int
    ) {
        forEachVector(count) { index, lanes in
            let x = load(logits, index, lanes)
            let t = load(targets, index, lanes)
            let e = VectorMath.exponential(-magnitude(x))
            let slope = probability(x, exponential: e) * probability(-x, exponential: e)
            store(load(gradient, index, lanes) + (constant + perTarget * t) * slope, gradient, index, lanes)
        }
    }

    // MARK: Lanes

    /// Calls `body` with each vector's first index and number of lanes (8, less for the last).
    @inline(__always)
    private static func forEachVector(_ count: Int, _ body: (_ index: Int, _ lanes: Int) -> Void) {
        let whole = count & ~7
        var index = 0
        while index < whole {
            body(index, 8)
            index += 8
        }
        if index < count { body(index, count - index) }
    }

    @inline(__always)
    private static func load(_ pointer: UnsafePointer<Float>, _ index: Int, _ lanes: Int) -> Vector {
        if lanes == 8 { return VectorMath.load(pointer, index) }
        var vector = Vector()
        for lane in 0..<lanes { vector[lane] = pointer[index + lane] }
        return vector
    }

    @inline(__always)
    private static func load(_ pointer: UnsafeMutablePointer<Float>, _ index: Int, _ lanes: Int) -> Vector {
        load(UnsafePointer(pointer), index, lanes)
    }

    @inline(__always)
    private static func store(_ vector: Vector, _ pointer: UnsafeMutablePointer<Float>, _ index: Int, _ lanes: Int) {
        if lanes == 8 { return VectorMath.store(vector, pointer, index) }
        for lane in 0..<lanes { pointer[index + lane] = vector[lane] }
    }

    /// Zero in the lanes past `lanes`.
    @inline(__always)
    private static func masked(_ vector: Vector, _ lanes: Int) -> Vector {
        if lanes == 8 { return vector }
        var result = Vector()
        for lane in 0..<lanes { result[lane] = vector[lane] }
        return result
    }

    // MARK: Formulas

    /// sigmoid(x) from e^-|x|, without overflow.
    @inline(__always)
    private static func probability(_ x: Vector, exponential e: Vector) -> Vector {
        let numerator = e.replacing(with: Vector(repeating: 1), where: x .>= 0)
        return numerator / (e + 1)
    }

    @inline(__always)
    private static func magnitude(_ x: Vector) -> Vector {
        unsafeBitCast(unsafeBitCast(x, to: SIMD8<UInt32>.self) & 0x7FFF_FFFF, to: Vector.self)
    }

    @inline(__always)
    private static func maximum(_ x: Vector, _ bound: Float) -> Vector {
        let limit = Vector(repeating: bound)
        return limit.replacing(with: x, where: x .> limit)
    }

    /// base^exponent for base in 0...1, the base at least 1e-37; exponents 0, 1 and 2 by multiplication.
    @inline(__always)
    private static func power(_ base: Vector, _ exponent: Float) -> Vector {
        if exponent == 0 { return Vector(repeating: 1) }
        if exponent == 1 { return base }
        if exponent == 2 { return base * base }
        return VectorMath.exponential(VectorMath.logarithm(maximum(base, 1e-37)) * exponent)
    }
}

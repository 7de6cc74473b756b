/// The loops of the optimizers over flat arrays.
enum OptimizerKernel {
    /// One Adam step's numbers, computed in double precision.
    struct AdamFactors {
        let gradientScale: Float
        /// Times the weight, added to the gradient.
        let addedDecay: Float
        /// The weight's factor before the step.
        let shrink: Float
        let beta1: Float
        let oneMinusBeta1: Float
        let beta2: Float
        let oneMinusBeta2: Float
        let epsilon: Float
        /// learning rate / (1 - beta1^step).
        let stepSize: Float
        /// 1 / sqrt(1 - beta2^step).
        let rootCorrection: Float
    }

    /// `range` is a multiple of 8 long.
    static func adam(
        _ values: UnsafeMutablePointer<Float>, _ gradients: UnsafeMutablePointer<Float>,
        _ means: UnsafeMutablePointer<Float>, _ squares: UnsafeMutablePointer<Float>, _ range: Range<Int>,
        factors: AdamFactors
    ) {
        var index = range.lowerBound
        while index < range.upperBound {
            let value = VectorMath.load(values, index)
            let gradient = VectorMath.load(gradients, index) * factors.gradientScale + value * factors.addedDecay
            let mean = VectorMath.load(means, index) * factors.beta1 + gradient * factors.oneMinusBeta1
            let square = VectorMath.load(squares, index) * factors.beta2 + gradient * gradient * factors.oneMinusBeta2
            VectorMath.store(mean, means, index)
            VectorMath.store(square, squares, index)
            let root = VectorMath.squareRoot(square) * factors.rootCorrection + factors.epsilon
            VectorMath.store(value * factors.shrink - factors.stepSize * mean / root, values, index)
            index += 8
        }
    }

    static func momentum(
        _ values: UnsafeMutablePointer<Float>, _ gradients: UnsafeMutablePointer<Float>,
        _ velocities: UnsafeMutablePointer<Float>, _ range: Range<Int>, learningRate: Float, momentum: Float,
        nesterov: Bool, weightDecay: Float, gradientScale: Float
    ) {
        let ahead: Float = nesterov ? 1 : 0
        let velocityShare: Float = nesterov ? momentum : 1
        for index in range {
            let gradient = gradients[index] * gradientScale + values[index] * weightDecay
            let velocity = velocities[index] * momentum + gradient
            velocities[index] = velocity
            values[index] -= learningRate * (ahead * gradient + velocityShare * velocity)
        }
    }

    static func descent(
        _ values: UnsafeMutablePointer<Float>, _ gradients: UnsafeMutablePointer<Float>, _ range: Range<Int>,
        learningRate: Float, weightDecay: Float, gradientScale: Float
    ) {
        for index in range {
            values[index] -= learningRate * (gradients[index] * gradientScale + values[index] * weightDecay)
        }
    }
}

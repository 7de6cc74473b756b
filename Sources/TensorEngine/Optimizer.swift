/// Moves the weights of a parameter store along its gradients and keeps the moments that needs.
package final class Optimizer {
    let configuration: OptimizerConfiguration
    /// The updates made so far.
    private(set) var stepCount = 0
    private let parameters: ParameterStore
    private let engine: ComputeEngine
    /// Mean gradient (Adam) or momentum (SGD), in the layout of the parameters.
    private let first: Storage?
    /// Mean square gradient (Adam), in the layout of the parameters.
    private let second: Storage?

    package init(_ configuration: OptimizerConfiguration, parameters: ParameterStore, engine: ComputeEngine)
        throws(TensorEngineError)
    {
        try configuration.validate()
        self.configuration = configuration
        self.parameters = parameters
        self.engine = engine
        let count = parameters.values.count
        switch configuration {
        case .adam, .adamW:
            first = Storage(count: count)
            second = Storage(count: count)
        case .sgd(let settings):
            first = settings.momentum > 0 ? Storage(count: count) : nil
            second = nil
        }
    }

    /// One update by the store's gradients, each multiplied by `gradientScale` first.
    package func update(learningRate: Double, gradientScale: Float) {
        stepCount += 1
        let values = parameters.values.pointer
        let gradients = parameters.gradients.pointer
        // Flat arrays are multiples of 16 floats, which the vector loops count on.
        let groupCount = (parameters.values.count + 15) / 16
        let rate = Float(learningRate)
        switch configuration {
        case .adam(let settings), .adamW(let settings):
            guard let first, let second else { return }
            let factors = adamFactors(settings, learningRate: learningRate, gradientScale: gradientScale)
            engine.parallel(groupCount) { groups in
                OptimizerKernel.adam(
                    values, gradients, first.pointer, second.pointer, groups.lowerBound * 16..<groups.upperBound * 16,
                    factors: factors)
            }
        case .sgd(let settings):
            let decay = Float(settings.weightDecay)
            engine.parallel(groupCount) { groups in
                let range = groups.lowerBound * 16..<groups.upperBound * 16
                if let first {
                    OptimizerKernel.momentum(
                        values, gradients, first.pointer, range, learningRate: rate,
                        momentum: Float(settings.momentum), nesterov: settings.nesterov,
                        weightDecay: decay, gradientScale: gradientScale)
                } else {
                    OptimizerKernel.descent(
                        values, gradients, range, learningRate: rate, weightDecay: decay,
                        gradientScale: gradientScale)
                }
            }
        }
        parameters.markChanged()
    }

    private func adamFactors(
        _ settings: OptimizerConfiguration.AdamSettings, learningRate: Double, gradientScale: Float
    ) -> OptimizerKernel.AdamFactors {
        var isDecoupled = false
        if case .adamW = configuration { isDecoupled = true }
        let firstCorrection = 1 - Self.power(settings.beta1, stepCount)
        let secondCorrection = 1 - Self.power(settings.beta2, stepCount)
        return OptimizerKernel.AdamFactors(
            gradientScale: gradientScale, addedDecay: isDecoupled ? 0 : Float(settings.weightDecay),
            shrink: isDecoupled ? Float(1 - learningRate * settings.weightDecay) : 1, beta1: Float(settings.beta1),
            oneMinusBeta1: Float(1 - settings.beta1), beta2: Float(settings.beta2),
            oneMinusBeta2: Float(1 - settings.beta2), epsilon: Float(settings.epsilon),
            stepSize: Float(learningRate / firstCorrection),
            rootCorrection: Float(1 / secondCorrection.squareRoot()))
    }

    /// base^exponent by repeated squaring, so that no bit depends on a mathematics library.
    private static func power(_ base: Double, _ exponent: Int) -> Double {
        var (result, factor, rest) = (1.0, base, exponent)
        while rest > 0 {
            if rest & 1 == 1 { result *= factor }
            factor *= factor
            rest >>= 1
        }
        return result
    }

    // MARK: State

    /// The moments, named after PyTorch's ("optimizer.exp_avg.head.bias").
    package func export() -> OptimizerState {
        var arrays: [NamedArray] = []
        for (storage, prefix) in moments {
            arrays += ParameterStore.export(parameters.slots, from: storage, prefix: prefix)
        }
        return OptimizerState(stepCount: stepCount, arrays: arrays)
    }

    /// Continues from `state`; nothing changes when an array is missing or has another shape.
    package func restore(_ state: OptimizerState) throws(TensorEngineError) {
        guard state.stepCount >= 0 else {
            throw .stateMismatch("the optimizer's step count is \(state.stepCount); it must be at least 0")
        }
        let named = Dictionary(state.arrays.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        // All arrays are checked before the first changes.
        for (_, prefix) in moments {
            let scratch = Storage(count: parameters.values.count)
            try ParameterStore.restore(parameters.slots, into: scratch, from: named, prefix: prefix)
        }
        for (storage, prefix) in moments {
            try ParameterStore.restore(parameters.slots, into: storage, from: named, prefix: prefix)
        }
        stepCount = state.stepCount
    }

    private var moments: [(Storage, String)] {
        switch configuration {
        case .adam, .adamW:
            guard let first, let second else { return [] }
            return [(first, "optimizer.exp_avg."), (second, "optimizer.exp_avg_sq.")]
        case .sgd:
            return first.map { [($0, "optimizer.momentum_buffer.")] } ?? []
        }
    }
}

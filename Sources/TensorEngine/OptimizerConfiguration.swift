/// How weights follow their gradients; the rules and defaults are PyTorch's.
package enum OptimizerConfiguration: Equatable, Sendable {
    /// Adam (Kingma and Ba, 2015); weight decay is added to the gradient.
    case adam(AdamSettings)
    /// AdamW (Loshchilov and Hutter, 2019); weight decay shrinks the weights directly.
    case adamW(AdamSettings)
    /// Stochastic gradient descent with optional momentum; weight decay is added to the gradient.
    case sgd(SGDSettings)

    /// The values of Adam and AdamW.
    package struct AdamSettings: Equatable, Sendable {
        /// The decay of the mean gradient per step, in 0 ..< 1.
        package var beta1: Double
        /// The decay of the mean square gradient per step, in 0 ..< 1.
        package var beta2: Double
        /// Added to the root of the mean square.
        package var epsilon: Double
        package var weightDecay: Double

        package init(beta1: Double = 0.9, beta2: Double = 0.999, epsilon: Double = 1e-8, weightDecay: Double = 0) {
            self.beta1 = beta1
            self.beta2 = beta2
            self.epsilon = epsilon
            self.weightDecay = weightDecay
        }
    }

    /// The values of SGD.
    package struct SGDSettings: Equatable, Sendable {
        /// The share of the previous step kept, in 0 ..< 1; 0 keeps no state.
        package var momentum: Double
        /// Whether the step looks ahead along the momentum.
        package var nesterov: Bool
        package var weightDecay: Double

        package init(momentum: Double = 0, nesterov: Bool = false, weightDecay: Double = 0) {
            self.momentum = momentum
            self.nesterov = nesterov
            self.weightDecay = weightDecay
        }
    }

    /// Throws `.invalidArgument` naming the first value outside its range.
    package func validate() throws(TensorEngineError) {
        switch self {
        case .adam(let settings), .adamW(let settings):
            try Self.requireFraction(settings.beta1, "the first beta")
            try Self.requireFraction(settings.beta2, "the second beta")
            guard settings.epsilon > 0 else {
                throw .invalidArgument("epsilon is \(settings.epsilon); it must be above 0")
            }
            try Self.requireDecay(settings.weightDecay)
        case .sgd(let settings):
            try Self.requireFraction(settings.momentum, "momentum")
            guard !settings.nesterov || settings.momentum > 0 else {
                throw .invalidArgument("nesterov needs a momentum above 0")
            }
            try Self.requireDecay(settings.weightDecay)
        }
    }

    private static func requireFraction(_ value: Double, _ name: String) throws(TensorEngineError) {
        guard value >= 0, value < 1 else {
            throw .invalidArgument("\(name) is \(value); it must be at least 0 and below 1")
        }
    }

    private static func requireDecay(_ value: Double) throws(TensorEngineError) {
        guard value >= 0, value.isFinite else {
            throw .invalidArgument("the weight decay is \(value); it must be at least 0")
        }
    }
}

/// The rule by which gradients change the weights (`train.optimizer`).
package struct OptimizerSettings: Equatable, Sendable {
    /// The update rules.
    package enum Kind: String, Sendable { case adam, adamw, sgd }

    package let kind: Kind
    /// Decay of the first moment (adam, adamw).
    package let beta1: Double
    /// Decay of the second moment (adam, adamw).
    package let beta2: Double
    /// Added to the denominator (adam, adamw).
    package let epsilon: Double
    /// Share of the last update kept (sgd).
    package let momentum: Double

    init(_ section: ResolvedSection) {
        kind = section.choice("type")
        let betas = section.numbers("betas")
        beta1 = betas[0]
        beta2 = betas[1]
        epsilon = section.number("epsilon")
        momentum = section.number("momentum")
    }
}

/// The exponential moving average of a curve as TensorBoard draws it, without the pull towards zero of its first values.
///
/// With the weight *w* and the values *x*₁, *x*₂ …:
/// *a*ᵢ = *w*·*a*ᵢ₋₁ + (1 − *w*)·*x*ᵢ from *a*₀ = 0, and what is drawn is *a*ᵢ / (1 − *w*ⁱ).
/// The division is Adam's bias correction (Kingma and Ba, *Adam: A Method for Stochastic Optimization*, section 3);
/// TensorBoard does the same in `classicSmoothing` of its line charts. As there, a value that is not finite is drawn as it
/// is, and what follows goes on as if it had not been there.
package struct ExponentialAverage: Sendable {
    private let weight: Double
    private var average = 0.0
    /// *w*ⁱ: the share that the beginning at zero still has.
    private var startShare = 1.0

    /// - Precondition: 0 ≤ weight < 1.
    package init(weight: Double) {
        precondition(weight >= 0 && weight < 1, "a weight of \(weight) is no average's")
        self.weight = weight
    }

    /// What is drawn where the curve has `value`.
    package mutating func next(_ value: Double) -> Double {
        guard value.isFinite else { return value }
        average = weight * average + (1 - weight) * value
        startShare *= weight
        return average / (1 - startShare)
    }
}

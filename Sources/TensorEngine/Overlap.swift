/// The sums a soft dice coefficient is made of.
struct Overlap {
    /// Σ p t.
    var product = 0.0
    /// Σ p.
    var predicted = 0.0
    /// Σ t.
    var target = 0.0

    static func += (left: inout Overlap, right: Overlap) {
        left.product += right.product
        left.predicted += right.predicted
        left.target += right.target
    }

    /// 1 - (2 Σpt + smooth) / (Σp + Σt + smooth).
    func loss(smooth: Double) -> Double {
        1 - (2 * product + smooth) / (predicted + target + smooth)
    }

    /// The loss's derivative with respect to one p: constant + perTarget t.
    func slope(smooth: Double) -> (constant: Double, perTarget: Double) {
        let denominator = predicted + target + smooth
        return ((2 * product + smooth) / (denominator * denominator), -2 / denominator)
    }
}

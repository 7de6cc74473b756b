/// The loss that is minimised (`train.loss`): one term or a sum of terms with equal weight.
package struct LossSettings: Equatable, Sendable {
    /// The terms: overlap, focal cross entropy, weighted binary cross entropy, cross entropy over classes.
    package enum Term: String, CaseIterable, Sendable { case dice, focal, bce, ce }

    /// The terms of the sum, each once, in the order dice, focal, bce, ce.
    package let terms: [Term]
    /// Weight of positive voxels, negative ones get 1 − alpha (focal).
    package let alpha: Double
    /// The exponent that fades easy voxels (focal).
    package let gamma: Double
    /// Added above and below the fraction (dice).
    package let smooth: Double
    /// Weight of positive voxels (bce).
    package let positiveWeight: Double

    /// The values of `type` for one channel, whose probabilities are sigmoids.
    static let binaryNames = ["dice", "focal", "bce", "dice_focal", "dice_bce", "focal_bce", "dice_focal_bce"]
    /// The values of `type` for several channels, whose probabilities are a softmax.
    static let classNames = ["dice", "ce", "dice_ce"]
    /// Every value of `type`.
    static let names = binaryNames + classNames.filter { !binaryNames.contains($0) }

    init(_ section: ResolvedSection) {
        let parts = section.string("type").split(separator: "_")
        terms = Term.allCases.filter { term in parts.contains { $0 == term.rawValue } }
        alpha = section.number("alpha")
        gamma = section.number("gamma")
        smooth = section.number("smooth")
        positiveWeight = section.number("positive_weight")
    }
}

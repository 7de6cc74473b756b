/// What is minimised (`train.loss`): one term or a sum of terms with equal weight.
package struct LossSettings: Equatable, Sendable {
    /// The terms: overlap, focal cross entropy, weighted binary cross entropy.
    package enum Term: String, CaseIterable, Sendable { case dice, focal, bce }

    /// The terms of the sum, each once, in the order dice, focal, bce.
    package let terms: [Term]
    /// Weight of positive voxels, negative ones get 1 − alpha (focal).
    package let alpha: Double
    /// The exponent that fades easy voxels (focal).
    package let gamma: Double
    /// Added above and below the fraction (dice).
    package let smooth: Double
    /// Weight of positive voxels (bce).
    package let positiveWeight: Double

    /// Every value of `type`.
    static let names = ["dice", "focal", "bce", "dice_focal", "dice_bce", "focal_bce", "dice_focal_bce"]

    init(_ section: ResolvedSection) {
        let parts = section.string("type").split(separator: "_")
        terms = Term.allCases.filter { term in parts.contains { $0 == term.rawValue } }
        alpha = section.number("alpha")
        gamma = section.number("gamma")
        smooth = section.number("smooth")
        positiveWeight = section.number("positive_weight")
    }
}

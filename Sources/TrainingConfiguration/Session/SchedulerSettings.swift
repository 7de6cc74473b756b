/// The course of the learning rate from epoch to epoch (`train.scheduler`).
package struct SchedulerSettings: Equatable, Sendable {
    /// The shapes.
    package enum Kind: String, Sendable { case constant, cosine, step, multistep, plateau }

    package let kind: Kind
    /// The rate never falls below it.
    package let minimumLearningRate: Double
    /// Epochs of linear rise at the start.
    package let warmupEpochs: Int
    /// Epochs between falls (step).
    package let stepSize: Int
    /// The epochs after which it falls (multistep), ascending.
    package let milestones: [Int]
    /// Factor of a fall (step, multistep).
    package let gamma: Double
    /// Factor of a fall (plateau).
    package let factor: Double
    /// Epochs without improvement before a fall (plateau).
    package let patience: Int

    init(_ section: ResolvedSection) {
        kind = section.choice("type")
        minimumLearningRate = section.number("min_lr")
        warmupEpochs = section.integer("warmup_epochs")
        stepSize = section.integer("step_size")
        milestones = section.integers("milestones").sorted()
        gamma = section.number("gamma")
        factor = section.number("factor")
        patience = section.integer("patience")
    }
}

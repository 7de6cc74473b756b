/// The policy for making and keeping checkpoints (`train.checkpoint_*`).
package struct CheckpointPolicy: Equatable, Sendable {
    /// The metric that ranks checkpoints.
    package let monitor: String
    /// The direction in which it is better: less or more.
    package let mode: MetricMode
    /// The number of the best that are kept; nil keeps all.
    package let bestCount: Int?
    /// True when the latest is kept too.
    package let keepsLast: Bool
    /// Epochs between checkpoints.
    package let everyEpochs: Int

    init(_ train: ResolvedSection) {
        monitor = train.string("checkpoint_monitor")
        mode = train.choice("checkpoint_mode")
        let count = train.integer("checkpoint_save_top_k")
        bestCount = count < 0 ? nil : count
        keepsLast = train.bool("checkpoint_save_last")
        everyEpochs = train.integer("checkpoint_every_n_epochs")
    }
}

/// Which checkpoints are made and kept (`train.checkpoint_*`).
package struct CheckpointPolicy: Equatable, Sendable {
    /// The metric that ranks checkpoints.
    package let monitor: String
    /// Whether less or more of it is better.
    package let mode: MetricMode
    /// How many of the best are kept; nil keeps all.
    package let bestCount: Int?
    /// Whether the latest is kept too.
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

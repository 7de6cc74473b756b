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

    /// The reason that a checkpoint is deleted by this policy, in at most 255 bytes.
    package var surplusReason: String {
        let best =
            switch bestCount ?? 0 {
            case 0: "none but the last is kept"
            case 1: "not the best by \(monitor.prefix(40))"
            case let count: "not among the \(count) best by \(monitor.prefix(40))"
            }
        return best + (keepsLast && bestCount != 0 ? ", nor the last" : "") + " (train.checkpoint_save_top_k)"
    }

    init(_ train: ResolvedSection) {
        monitor = train.string("checkpoint_monitor")
        mode = train.choice("checkpoint_mode")
        let count = train.integer("checkpoint_save_top_k")
        bestCount = count < 0 ? nil : count
        keepsLast = train.bool("checkpoint_save_last")
        everyEpochs = train.integer("checkpoint_every_n_epochs")
    }
}

/// When a training ends before its planned epochs (`train.early_stopping_*`).
package struct EarlyStopping: Equatable, Sendable {
    /// Epochs without improvement before the end.
    package let patience: Int
    /// How much better a value must be to count.
    package let minimumDelta: Double
    /// The metric watched.
    package let monitor: String
    /// Whether less or more of it is better.
    package let mode: MetricMode

    /// Nil when no patience is set, so that the training never ends early.
    init?(_ train: ResolvedSection) {
        guard let patience = train.optionalInteger("early_stopping_patience") else { return nil }
        self.patience = patience
        minimumDelta = train.number("early_stopping_min_delta")
        monitor = train.string("early_stopping_monitor")
        mode = train.choice("early_stopping_mode")
    }
}

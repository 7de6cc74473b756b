/// The condition that ends a training before its planned epochs (`train.early_stopping_*`).
package struct EarlyStopping: Equatable, Sendable {
    /// Epochs without improvement before the end.
    package let patience: Int
    /// The margin by which a value must be better to count.
    package let minimumDelta: Double
    /// The metric watched.
    package let monitor: String
    /// The direction in which it is better: less or more.
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

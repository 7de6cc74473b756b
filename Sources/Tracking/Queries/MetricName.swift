/// A metric that a session has reported, and where.
package struct MetricName: Sendable, Equatable {
    package var name: String
    /// True when an epoch record has it.
    package var isInEpochs: Bool
    /// True when points by step were reported for it.
    package var isInSteps: Bool

    package init(name: String, isInEpochs: Bool, isInSteps: Bool) {
        self.name = name
        self.isInEpochs = isInEpochs
        self.isInSteps = isInSteps
    }
}

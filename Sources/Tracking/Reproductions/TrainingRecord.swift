/// The record of a session's training up to an epoch, as far as another training can be compared with it.
package struct TrainingRecord: Sendable, Equatable {
    /// The values of one metric by step, each step once, in ascending order.
    package struct Series: Sendable, Equatable {
        package var steps: [Int64]
        package var values: [Double]

        package init(steps: [Int64], values: [Double]) {
            self.steps = steps
            self.values = values
        }
    }

    /// The visible epochs in ascending order.
    package var epochs: [EpochRecordDocument]
    /// The visible points of each metric up to the last epoch's end, without measured times.
    package var points: [String: Series]
    /// The digest of what attempts saved at each step, deleted checkpoints included.
    package var checkpoints: [UInt64: String]

    package init(
        epochs: [EpochRecordDocument] = [], points: [String: Series] = [:], checkpoints: [UInt64: String] = [:]
    ) {
        self.epochs = epochs
        self.points = points
        self.checkpoints = checkpoints
    }

    /// True for a metric that is a measured time, which no second training has in common with the first.
    package static func isMeasuredTime(_ metric: String) -> Bool {
        metric.hasSuffix("seconds") || metric.hasSuffix("_per_second") || metric.hasSuffix("_per_sec")
    }
}

package import Tracking

/// A completed epoch.
package struct EpochReport: Document, Equatable {
    package static let name = "EpochReport"

    package var commandID: String?
    package var attempt: UInt32 = 0
    package var epoch: UInt32 = 0
    /// Optimizer updates since the session's start.
    package var step: Int64 = 0
    package var metrics: [MetricValue] = []
    /// The time at which it was complete, by the trainer's clock.
    package var time: Timestamp?

    package init() {}

    package static let fields: [Field<EpochReport>] = [
        Field("command_id", \.commandID, .commandID), Field("attempt", \.attempt, .counted),
        Field("epoch", \.epoch, .counted),
        Field("step", \.step, .step), Field(metrics: "metrics", \.metrics), Field("time", \.time),
    ]
}

/// The end of an attempt by its own word.
package struct FinishReport: Document, Equatable {
    package static let name = "FinishReport"

    package static let outcomes = ["completed", "failed", "stopped"]

    package var commandID: String?
    package var attempt: UInt32 = 0
    package var outcome = ""
    /// The epochs completed, to be compared with what the server knows.
    package var epoch: UInt32?
    package var step: Int64?
    package var message: String?
    package var earlyStopReason: String?
    package var checkpointID: String?
    package var finalMetrics: [MetricValue] = []

    package init() {}

    package static let fields: [Field<FinishReport>] = [
        Field("command_id", \.commandID, .commandID), Field("attempt", \.attempt, .counted),
        Field("outcome", \.outcome, .words(outcomes)), Field("epoch", \.epoch), Field("step", \.step, .step),
        Field("message", \.message, .bytes(0...16_384)),
        Field("early_stop_reason", \.earlyStopReason, .bytes(0...1024)),
        Field("checkpoint_id", \.checkpointID, .remark), Field(optionalMetrics: "final_metrics", \.finalMetrics),
    ]
}

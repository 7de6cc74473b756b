/// The description of a checkpoint that is sent: parameters of the query beside raw bytes, or parts of a form.
package struct CheckpointUpload: Document, Equatable {
    package static let name = "CheckpointUpload"

    package static let markWords = ["stop", "last"]

    package var sessionID = ""
    /// The epoch it closes, or the one it interrupts.
    package var epoch: UInt32 = 0
    /// Steps since the session's start; required of a trainer.
    package var step: Int64?
    /// The attempt that saves it; needs its lease.
    package var attempt: UInt32?
    package var metrics: [MetricValue] = []
    /// One metric, beside or instead of `metrics`, as clients of other servers of this API send it.
    package var metricName: String?
    package var metricValue: Double?
    /// True when the sender takes it for the best one. The best checkpoint is the one with the best value of the session's monitored metric.
    package var isBest: Bool?
    /// `stop`, `last`; needs a lease.
    package var marks: [String]?
    /// The name it is downloaded under.
    package var fileName: String?

    package init() {}

    package init(sessionID: String, epoch: Int, fileName: String) {
        self.sessionID = sessionID
        self.epoch = UInt32(clamping: epoch)
        self.fileName = fileName
    }

    package static let fields: [Field<CheckpointUpload>] = [
        Field("session_id", \.sessionID, .name), Field("epoch", \.epoch), Field("step", \.step, .step),
        Field("attempt", \.attempt, .counted), Field(optionalMetrics: "metrics", \.metrics),
        Field("metric_name", \.metricName, .name), Field("metric_value", \.metricValue),
        Field("is_best", \.isBest),
        Field("marks", \.marks, .count(0...2, of: .words(markWords))), Field("filename", \.fileName, .name),
    ]
}

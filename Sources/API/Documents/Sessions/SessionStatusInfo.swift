package import Tracking

/// The state of a session: the small document that is cheap to ask for often.
package struct SessionStatusInfo: Document, Equatable {
    package static let name = "Status"

    package var id = ""
    package var name = ""
    package var status = Session.Status.created
    /// The last completed epoch, 0 before the first.
    package var currentEpoch = 0
    package var totalEpochs = 0
    package var plannedEpochs: Int?
    package var currentStep = 0
    /// The share that is done, 0 to 1.
    package var progress = 0.0
    package var latestMetrics: [MetricValue] = []
    package var nonfiniteMetrics: [String]?
    package var attempt = 0
    package var stopRequested = false
    package var queuePosition: Int?
    /// The server's estimate, while running.
    package var secondsLeft: Double?
    package var message: String?
    package var startedAt: Timestamp?
    package var completedAt: Timestamp?
    package var updatedAt = Timestamp(rawValue: 0)

    package init() {}

    package static let fields: [Field<SessionStatusInfo>] = [
        Field("session_id", \.id), Field("session_name", \.name), Field("status", \.status),
        Field("current_epoch", \.currentEpoch), Field("total_epochs", \.totalEpochs),
        Field("planned_epochs", \.plannedEpochs), Field("current_step", \.currentStep), Field("progress", \.progress),
        Field(metrics: "latest_metrics", \.latestMetrics), Field("nonfinite_metrics", \.nonfiniteMetrics),
        Field("attempt", \.attempt), Field("stop_requested", \.stopRequested),
        Field("queue_position", \.queuePosition), Field("seconds_left", \.secondsLeft), Field("message", \.message),
        Field("started_at", \.startedAt), Field("completed_at", \.completedAt), Field("updated_at", \.updatedAt),
    ]
}

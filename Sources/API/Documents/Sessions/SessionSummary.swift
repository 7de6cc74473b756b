package import JSON
package import Tracking

/// A session as lists show it.
package struct SessionSummary: Document, Equatable {
    package static let name = "SessionSummary"

    package var id = ""
    package var name = ""
    package var status = Session.Status.created
    package var isArchived = false
    package var createdAt = Timestamp(rawValue: 0)
    package var updatedAt = Timestamp(rawValue: 0)
    /// The first claim of an attempt.
    package var startedAt: Timestamp?
    package var completedAt: Timestamp?
    /// The last completed epoch, 0 before the first.
    package var currentEpoch = 0
    package var totalEpochs = 0
    package var plannedEpochs: Int?
    package var currentStep = 0
    /// The share that is done, 0 to 1.
    package var progress = 0.0
    /// The finite ones of the last epoch.
    package var latestMetrics: [MetricValue] = []
    package var finalMetrics: [MetricValue] = []
    /// The names of the latest metrics that are NaN or infinite.
    package var nonfiniteMetrics: [String]?
    package var tags: [String] = []
    package var experiment: String?
    package var group: String?
    package var notes: String?
    /// The place in the log of the event that removed the notes.
    package var notesRedactedBy: UInt64?
    /// The newest attempt; 0 before the first.
    package var attempt = 0
    package var parent: String?
    package var parentCheckpointID: String?
    package var queuePosition: Int?
    package var stopRequested = false
    /// The reason that it failed, was lost or stopped.
    package var message: String?
    package var earlyStopReason: String?
    package var host: String?
    package var trainer: String?
    package var monitor: String?
    /// `min` or `max`: which values of the monitored metric are better.
    package var monitorMode: String?
    package var bestCheckpointID: String?
    /// The checkpoint from which the next attempt goes on.
    package var resumeCheckpointID: String?
    /// The position of the session's last event.
    package var position: UInt64 = 0
    /// The values that a list was asked to show, by the names that they were asked for; those that there are.
    package var columns: JSONObject?

    /// The time at which it stopped, when it is stopped.
    private var stoppedAt: Timestamp? {
        get { status == .stopped ? completedAt : nil }
        set {}
    }

    package init() {}

    package static let fields: [Field<SessionSummary>] = [
        Field("session_id", \.id), Field("session_name", \.name), Field("status", \.status),
        Field("archived", \.isArchived), Field("created_at", \.createdAt), Field("updated_at", \.updatedAt),
        Field("started_at", \.startedAt), Field("completed_at", \.completedAt), Field("stopped_at", \.stoppedAt),
        Field("current_epoch", \.currentEpoch), Field("total_epochs", \.totalEpochs),
        Field("planned_epochs", \.plannedEpochs), Field("current_step", \.currentStep), Field("progress", \.progress),
        Field(metrics: "latest_metrics", \.latestMetrics), Field(optionalMetrics: "final_metrics", \.finalMetrics),
        Field("nonfinite_metrics", \.nonfiniteMetrics), Field("tags", \.tags), Field("experiment", \.experiment),
        Field("group", \.group), Field("notes", \.notes), Field("notes_redacted_by", \.notesRedactedBy),
        Field("attempt", \.attempt), Field("parent", \.parent),
        Field("parent_checkpoint_id", \.parentCheckpointID), Field("queue_position", \.queuePosition),
        Field("stop_requested", \.stopRequested), Field("message", \.message),
        Field("early_stop_reason", \.earlyStopReason), Field("host", \.host), Field("trainer", \.trainer),
        Field("monitor", \.monitor), Field("monitor_mode", \.monitorMode, .words(["min", "max"])),
        Field("best_checkpoint_id", \.bestCheckpointID), Field("resume_checkpoint_id", \.resumeCheckpointID),
        Field("position", \.position), Field("columns", \.columns),
    ]
}

/// What people are notified of when something happens to a session.
package struct NotificationText: Sendable {
    /// `training_completed`, `training_stopped`, `training_failed` or `training_interrupted`.
    package let event: String
    /// `low`, `medium` or `high`.
    package let priority: String
    /// What follows the session's name.
    package let words: String

    /// Nil for events that nobody is notified of.
    package init?(_ body: SessionEvent) {
        switch body {
        case .completed: (event, priority, words) = ("training_completed", "low", "has completed")
        case .stopped: (event, priority, words) = ("training_stopped", "low", "was stopped")
        case .failed(let failed):
            (event, priority) = ("training_failed", "high")
            words = "has failed" + (failed.message.isEmpty ? "" : ": \(failed.message)")
        case .attemptLost(let lost):
            (event, priority) = ("training_interrupted", "medium")
            words = "was interrupted" + (lost.message.isEmpty ? "" : ": \(lost.message)")
        default: return nil
        }
    }

    /// The priority of an alert of a severity.
    package static func priority(ofSeverity severity: String) -> String {
        switch AlertRule.Severity(rawValue: severity) {
        case .critical, .high: "high"
        case .low: "low"
        case .medium, nil: "medium"
        }
    }
}

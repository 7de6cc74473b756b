package import API

/// The end of an attempt by its own word.
package enum AttemptOutcome: Sendable {
    case completed(finalMetrics: [MetricValue], earlyStopReason: String?)
    /// A requested stop was obeyed; `checkpointID` names what was saved.
    case stopped(checkpointID: String?, message: String?)
    case failed(message: String)

    /// The report of `attempt`, without epoch and step.
    func report(attempt: Int) -> FinishReport {
        var report = FinishReport()
        report.attempt = UInt32(clamping: attempt)
        switch self {
        case .completed(let metrics, let reason):
            report.outcome = "completed"
            report.finalMetrics = metrics
            report.earlyStopReason = reason
        case .stopped(let checkpoint, let message):
            report.outcome = "stopped"
            report.checkpointID = checkpoint
            report.message = message
        case .failed(let message):
            report.outcome = "failed"
            report.message = message
        }
        return report
    }
}

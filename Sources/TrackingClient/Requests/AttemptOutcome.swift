import JSON

/// How an attempt ends by its own word.
package enum AttemptOutcome: Sendable {
    case completed(finalMetrics: [MetricValue], earlyStopReason: String?)
    /// A requested stop was obeyed; `checkpointID` names what was saved.
    case stopped(checkpointID: String?, message: String?)
    case failed(message: String)

    /// The fields of the request's body beside attempt, epoch and step.
    var fields: JSONObject {
        var body = JSONObject()
        switch self {
        case .completed(let metrics, let reason):
            body.append("completed", forKey: "outcome")
            if !metrics.isEmpty { body.append(metrics.json, forKey: "final_metrics") }
            if let reason { body.append(.string(reason), forKey: "early_stop_reason") }
        case .stopped(let checkpoint, let message):
            body.append("stopped", forKey: "outcome")
            if let checkpoint { body.append(.string(checkpoint), forKey: "checkpoint_id") }
            if let message { body.append(.string(message), forKey: "message") }
        case .failed(let message):
            body.append("failed", forKey: "outcome")
            body.append(.string(message), forKey: "message")
        }
        return body
    }
}

package import JSON
package import Tracking

/// The content of one delivery: an event, and the session as it was right after it.
///
/// It is made of the log alone, so that it is the same however often it is sent.
package struct WebhookMessage: Sendable {
    package let delivery: Webhook.DeliveryID
    package let name: Webhook.EventName
    package let recordedAt: Timestamp
    package let session: SessionDocument
    /// The event's own values.
    package let details: JSONObject
    /// The metrics that the event tells.
    package let metrics: [(name: String, value: Double)]
    /// The address of the session's document on this server.
    package let link: String

    /// - Parameters:
    ///   - latest: The session's latest metrics, for an ending that tells none.
    ///   - server: The address at which the server is reached.
    package init(
        _ event: SessionEvent, _ name: Webhook.EventName, at position: LogPosition, _ recordedAt: Timestamp,
        _ session: SessionDocument, latest: [(name: String, value: Double)] = [], to webhook: Webhook.ID, server: String
    ) {
        delivery = Webhook.DeliveryID(webhook, position)
        self.name = name
        self.recordedAt = recordedAt
        self.session = session
        link = "\(server)/api/v1/training/sessions/\(session.sessionID)"
        var metrics: [Metric] = []
        switch event {
        case .attemptStarted(let started):
            details = ["attempt": .integer(Int64(started.attempt)), "first_epoch": .integer(Int64(started.firstEpoch))]
        case .epochCompleted(let epoch):
            metrics = epoch.metrics
            details = [
                "attempt": .integer(Int64(epoch.attempt)), "epoch": .integer(Int64(epoch.epoch)),
                "step": .integer(Int64(clamping: epoch.step)),
            ]
        case .checkpointSaved(let checkpoint):
            metrics = checkpoint.metrics
            details = [
                "checkpoint_id": .string(checkpoint.checkpointID), "epoch": .integer(Int64(checkpoint.epoch)),
                "step": .integer(Int64(clamping: checkpoint.step)), "digest": .string(checkpoint.digest),
                "size_bytes": .integer(Int64(clamping: checkpoint.byteCount)),
            ]
        case .completed(let completed):
            metrics = completed.finalMetrics
            var values: JSONObject = [
                "attempt": .integer(Int64(completed.attempt)), "epoch": .integer(Int64(completed.epoch)),
                "step": .integer(Int64(clamping: completed.step)),
            ]
            if !completed.earlyStopReason.isEmpty { values["early_stop_reason"] = .string(completed.earlyStopReason) }
            details = values
        case .failed(let failed):
            details = ["attempt": .integer(Int64(failed.attempt)), "message": .string(failed.message)]
        case .stopped(let stopped):
            var values: JSONObject = [
                "attempt": .integer(Int64(stopped.attempt)), "epoch": .integer(Int64(stopped.epoch)),
                "step": .integer(Int64(clamping: stopped.step)),
            ]
            if !stopped.checkpointID.isEmpty { values["checkpoint_id"] = .string(stopped.checkpointID) }
            if !stopped.message.isEmpty { values["message"] = .string(stopped.message) }
            details = values
        case .reproductionReported(let report):
            details = [
                "original_session_id": .string(report.originalSessionID),
                "reproduction_session_id": .string(report.reproductionSessionID), "verdict": .string(report.verdict),
            ]
        default: details = [:]
        }
        self.metrics = metrics.isEmpty ? latest : metrics.map { ($0.name, $0.value) }
    }

    /// One line that says what happened, to what.
    package var title: String {
        let name = "\"\(session.name)\""
        switch self.name {
        case .trainingStarted: return "\(name) has started"
        case .trainingCompleted: return "\(name) has completed"
        case .trainingFailed: return "\(name) has failed"
        case .trainingStopped: return "\(name) was stopped"
        case .epochCompleted: return "\(name) has completed epoch \(session.currentEpoch) of \(session.totalEpochs)"
        case .checkpointSaved: return "\(name) has saved a checkpoint"
        case .reproductionReported: return "\(name): the verdict on a reproduction is \(verdict)"
        case .alertTriggered, .alertResolved: return name
        }
    }

    private var verdict: String { details["verdict"]?.stringValue ?? "not known" }

    /// What people want to know beside the title: a name and a value on each line.
    package var facts: [(name: String, value: String)] {
        var facts = [("Session", session.sessionID)]
        if !session.experiment.isEmpty { facts.append(("Experiment", session.experiment)) }
        if session.totalEpochs > 0 { facts.append(("Epochs", "\(session.currentEpoch) of \(session.totalEpochs)")) }
        for (key, label) in [
            ("message", "Message"), ("early_stop_reason", "Ended early"), ("checkpoint_id", "Checkpoint"),
            ("verdict", "Verdict"),
        ] {
            if let text = details[key]?.stringValue, !text.isEmpty { facts.append((label, text)) }
        }
        return facts
    }

    /// A metric's value as people read it.
    package static func text(_ value: Double) -> String {
        guard value.isFinite else { return value.isNaN ? "NaN" : value > 0 ? "Infinity" : "-Infinity" }
        return value.description
    }
}

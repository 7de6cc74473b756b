package import JSON
package import Tracking

/// The content of one delivery: an event, and the session that it is about as it was right after it.
///
/// It is made of the log alone, so that it is the same however often it is sent.
package struct WebhookMessage: Sendable {
    package let delivery: Webhook.DeliveryID
    package let name: Webhook.EventName
    package let recordedAt: Timestamp
    /// Nil when it is about the server.
    package let session: SessionDocument?
    /// The event's own values.
    package let details: JSONObject
    /// The metrics that the event tells.
    package let metrics: [(name: String, value: Double)]
    /// How the session went, for people who read of its end by mail.
    package var curves: [WebhookMail.Curve] = []
    /// The addresses of the documents on this server; the first is the one that people are led to.
    package let links: [(name: String, url: String)]
    /// One line that says what happened, to what.
    package let title: String

    package var link: String { links.first?.url ?? "" }

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
        links = [("session", Self.link(to: session, on: server))]
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
        title = Self.title(name, session, details)
    }

    /// An alert that has risen or is over.
    ///
    /// - Parameter session: The one that it is about, if it is about one that is there.
    package init(
        _ alert: AlertDocument, _ name: Webhook.EventName, at position: LogPosition, _ recordedAt: Timestamp,
        _ session: SessionDocument?, to webhook: Webhook.ID, server: String
    ) {
        delivery = Webhook.DeliveryID(webhook, position)
        self.name = name
        self.recordedAt = recordedAt
        self.session = session
        let rose = alert.triggered
        let link = ("alert", "\(server)/api/v1/alerts/\(alert.alertID)")
        links = session.map { [("session", Self.link(to: $0, on: server)), link] } ?? [link]
        let subject = session.map { "\"\($0.name)\": " } ?? ""
        title =
            name == .alertResolved
            ? "\(subject)the alert \"\(rose.ruleName)\" is over" : "\(subject)\(rose.ruleName): \(rose.message)"
        var values: JSONObject = [
            "alert_id": .string(alert.alertID), "rule_id": .string(rose.ruleID), "rule_name": .string(rose.ruleName),
            "severity": .string(rose.severity), "condition": .string(rose.condition), "message": .string(rose.message),
            "triggered_at": .string(Timestamp(rawValue: alert.triggeredAt).description),
        ]
        if AlertRule.Condition(rawValue: rose.condition)?.isOfValues == true {
            values["metric"] = .string(rose.metric)
            values["value"] = .number(rose.value)
            values["threshold"] = .number(rose.threshold)
            if rose.step > 0 { values["step"] = .integer(Int64(clamping: rose.step)) }
        }
        if name == .alertResolved { values["resolution"] = .string(alert.resolution) }
        details = values
        metrics = []
    }

    private static func link(to session: SessionDocument, on server: String) -> String {
        "\(server)/api/v1/training/sessions/\(session.sessionID)"
    }

    private static func title(_ event: Webhook.EventName, _ session: SessionDocument, _ details: JSONObject) -> String {
        let name = "\"\(session.name)\""
        switch event {
        case .trainingStarted: return "\(name) has started"
        case .trainingCompleted: return "\(name) has completed"
        case .trainingFailed: return "\(name) has failed"
        case .trainingStopped: return "\(name) was stopped"
        case .epochCompleted: return "\(name) has completed epoch \(session.currentEpoch) of \(session.totalEpochs)"
        case .checkpointSaved: return "\(name) has saved a checkpoint"
        case .reproductionReported:
            return "\(name): the verdict on a reproduction is \(details["verdict"]?.stringValue ?? "not known")"
        case .alertTriggered, .alertResolved: return name
        }
    }

    /// What people want to know beside the title: a name and a value on each line.
    package var facts: [(name: String, value: String)] {
        var facts: [(name: String, value: String)] = []
        if let session {
            facts.append(("Session", session.sessionID))
            if !session.experiment.isEmpty { facts.append(("Experiment", session.experiment)) }
            if session.totalEpochs > 0 { facts.append(("Epochs", "\(session.currentEpoch) of \(session.totalEpochs)")) }
        }
        for (key, label) in [
            ("rule_name", "Rule"), ("severity", "Severity"), ("resolution", "Ended as"), ("message", "Message"),
            ("early_stop_reason", "Ended early"), ("checkpoint_id", "Checkpoint"),
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

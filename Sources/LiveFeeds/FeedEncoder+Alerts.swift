import JSON
import Tracking

/// The frames of alerts and of what people are notified of.
extension FeedEncoder {
    static func frame(of event: AlertEvent, _ record: RecordedEvent) -> FeedFrame {
        single(.alert, record) { writer in
            func text(_ key: String, _ text: String) {
                guard !text.isEmpty else { return }
                writer.key(key)
                writer.string(bounded(text))
            }
            switch event {
            case .triggered(let alert):
                text("alert_id", alert.alertID)
                text("status", Alert.Status.active.rawValue)
                text("rule_id", alert.ruleID)
                text("rule_name", alert.ruleName)
                text("severity", alert.severity)
                text("condition", alert.condition)
                text("message", alert.message)
                text("metric", alert.metric)
                guard AlertRule.Condition(rawValue: alert.condition)?.isOfValues == true else { return }
                writer.key("value")
                writer.number(alert.value)
                writer.key("threshold")
                writer.number(alert.threshold)
            case .acknowledged(let acknowledged):
                text("alert_id", acknowledged.alertID)
                text("status", Alert.Status.acknowledged.rawValue)
                text("acknowledged_by", acknowledged.by)
            case .resolved(let resolved):
                text("alert_id", resolved.alertID)
                text("status", Alert.Status.resolved.rawValue)
                text("resolution", resolved.reason)
            }
        }
    }

    static func notification(of event: AlertEvent, _ record: RecordedEvent) -> [FeedFrame] {
        guard case .triggered(let alert) = event, alert.actions.contains(AlertRule.Action.notify.rawValue) else {
            return []
        }
        return [
            single(.notification, record) { writer in
                notification("alert", NotificationText.priority(ofSeverity: alert.severity), record, &writer)
                writer.key("event")
                writer.string(Webhook.EventName.alertTriggered.rawValue)
                writer.key("message")
                writer.string(bounded(alert.ruleName + ": " + alert.message))
                writer.key("alert_id")
                writer.string(alert.alertID)
            }
        ]
    }

    static func notification(of event: SessionEvent, _ record: RecordedEvent) -> [FeedFrame] {
        guard let text = NotificationText(event) else { return [] }
        return [
            single(.notification, record) { writer in
                notification("training", text.priority, record, &writer)
                writer.key("event")
                writer.string(text.event)
                writer.key("message")
                writer.string(bounded("The training " + text.words))
            }
        ]
    }

    static func notification(
        _ type: String, _ priority: String, _ record: RecordedEvent, _ writer: inout JSONWriter
    ) {
        writer.key("id")
        writer.string("notif_\(record.position)")
        writer.key("notification_type")
        writer.string(type)
        writer.key("priority")
        writer.string(priority)
    }
}

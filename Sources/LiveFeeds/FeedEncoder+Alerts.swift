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
        guard !record.isImported, let text = NotificationText(event) else { return [] }
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

    /// False for an event of which no feed tells anything, such as one of the many deliveries that went well.
    static func mayTell(_ record: RecordedEvent) -> Bool {
        guard record.stream.category == .webhook else { return true }
        do throws(EventCodecError) {
            return try failedDelivery(record) != nil
        } catch {
            // Asking for its frames throws the reason.
            return true
        }
    }

    /// The last attempt at a delivery that was given up; nil for every other event.
    static func failedDelivery(_ record: RecordedEvent) throws(EventCodecError) -> DeliveryAttempted? {
        do throws(EventCodecError) {
            guard case .deliveryAttempted(let attempt) = try WebhookEvent(record), attempt.isGivenUp else { return nil }
            return attempt
        } catch .unknownType {
            return nil
        }
    }

    static func notification(of attempt: DeliveryAttempted, _ record: RecordedEvent) -> FeedFrame {
        single(.notification, record) { writer in
            if !attempt.sessionID.isEmpty {
                writer.key("session_id")
                writer.string(attempt.sessionID)
            }
            notification("system", "high", record, &writer)
            writer.key("event")
            writer.string("delivery_failed")
            writer.key("message")
            writer.string(
                bounded(
                    "The webhook \(record.stream.identity) was not told of \(attempt.event): \(attempt.error)"))
            writer.key("webhook_id")
            writer.string(record.stream.identity)
        }
    }

    private static func notification(
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

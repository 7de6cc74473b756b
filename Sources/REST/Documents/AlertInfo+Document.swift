import API
import Application
import Tracking

extension AlertRuleInfo {
    init(_ document: AlertRuleDocument) {
        self.init()
        let rule = document.settings
        let kind = rule.kind ?? .greaterThan
        id = document.ruleID
        ruleName = rule.name
        isEnabled = !rule.disabled
        source = rule.watched
        metric = rule.metric.nonEmpty
        condition = kind
        if [.greaterThan, .lessThan, .increasesBy].contains(kind) { threshold = rule.threshold }
        if rule.hasResolveThreshold { resolveThreshold = rule.resolveThreshold }
        if rule.window > 0 { window = rule.window }
        if kind == .noImprovement { (unit, mode, minDelta) = (rule.unit, rule.mode, rule.minDelta) }
        if rule.silence > 0 { silence = Double(rule.silence) / 1e6 }
        forSeconds = Double(rule.forDuration) / 1e6
        forPoints = max(1, rule.forPoints)
        severity = AlertRule.Severity(rawValue: rule.severity) ?? .medium
        cooldown = Double(rule.cooldown) / 1e6
        actions = rule.actions.compactMap { AlertRule.Action(rawValue: $0) }
        tag = rule.tag.nonEmpty
        filter = rule.filter.nonEmpty
        sessionID = rule.sessionID.nonEmpty
        origin = rule.origin.nonEmpty ?? "api"
        createdAt = Timestamp(rawValue: document.createdAt)
        updatedAt = Timestamp(rawValue: document.updatedAt)
    }
}

extension AlertInfo {
    init(_ document: AlertDocument) {
        self.init()
        let rose = document.triggered
        id = document.alertID
        ruleID = rose.ruleID
        ruleName = rose.ruleName
        severity = AlertRule.Severity(rawValue: rose.severity) ?? .medium
        status = Alert.Status(rawValue: document.status) ?? .active
        message = rose.message
        condition = AlertRule.Condition(rawValue: rose.condition) ?? .greaterThan
        sessionID = rose.sessionID.nonEmpty
        if condition.isOfValues {
            metric = rose.metric
            value = rose.value
            if condition != .isNaN { threshold = rose.threshold }
            if rose.step > 0 { step = rose.step }
        }
        triggeredAt = Timestamp(rawValue: document.triggeredAt)
        acknowledgedAt = Self.time(document.acknowledgedAt)
        acknowledgedBy = document.acknowledgedBy.nonEmpty
        resolvedAt = Self.time(document.resolvedAt)
        resolvedBy = document.resolvedBy.nonEmpty
        resolution = Alert.Resolution(rawValue: document.resolution)
        if document.hasLastValue_p { lastValue = document.lastValue }
        notes = document.notes.nonEmpty
        actions = rose.actions.compactMap { AlertRule.Action(rawValue: $0) }
        position = rose.position
    }

    private static func time(_ microseconds: Int64) -> Timestamp? {
        microseconds > 0 ? Timestamp(rawValue: microseconds) : nil
    }
}

extension NotificationInfo {
    init(_ document: NotificationDocument) {
        self.init()
        id = Notifications.id(document.position)
        type = document.type
        priority = document.priority
        message = document.message
        data.event = document.event
        data.position = document.position
        data.sessionID = document.sessionID.nonEmpty
        data.alertID = document.alertID.nonEmpty
        data.webhookID = document.webhookID.nonEmpty
        isRead = document.read
        createdAt = Timestamp(rawValue: document.createdAt)
    }
}

extension NotificationCounts {
    init(_ marks: NotificationMarksDocument) {
        self.init()
        unreadCount = Int(clamping: marks.unread)
        total = Int(clamping: marks.shown)
    }
}

package import Tracking

/// Something that a rule calls wrong, from its rise to its end.
package struct AlertInfo: Document, Equatable {
    package static let name = "Alert"

    package var id = ""
    package var ruleID = ""
    package var ruleName = ""
    package var severity = AlertRule.Severity.medium
    package var status = Alert.Status.active
    package var message = ""
    package var condition = AlertRule.Condition.greaterThan
    /// Absent for the server's own figures.
    package var sessionID: String?
    package var metric: String?
    package var value: Double?
    package var threshold: Double?
    package var step: UInt64?
    package var triggeredAt = Timestamp(rawValue: 0)
    package var acknowledgedAt: Timestamp?
    package var acknowledgedBy: String?
    package var resolvedAt: Timestamp?
    package var resolvedBy: String?
    package var resolution: Alert.Resolution?
    /// The value that ended it.
    package var lastValue: Double?
    package var notes: String?
    package var actions: [AlertRule.Action] = []
    /// The place in the log of what caused it.
    package var position: UInt64 = 0

    package init() {}

    package static let fields: [Field<AlertInfo>] = [
        Field("alert_id", \.id), Field("rule_id", \.ruleID), Field("rule_name", \.ruleName),
        Field("severity", \.severity), Field("status", \.status), Field("message", \.message),
        Field("condition", \.condition), Field("session_id", \.sessionID), Field("metric", \.metric),
        Field("value", \.value, .metric), Field("threshold", \.threshold, .metric), Field("step", \.step),
        Field("triggered_at", \.triggeredAt), Field("acknowledged_at", \.acknowledgedAt),
        Field("acknowledged_by", \.acknowledgedBy), Field("resolved_at", \.resolvedAt),
        Field("resolved_by", \.resolvedBy), Field("resolution", \.resolution),
        Field("last_value", \.lastValue, .metric), Field("notes", \.notes), Field("actions", \.actions),
        Field("position", \.position),
    ]
}

/// Alerts, the newest first.
package struct AlertList: Document, Equatable {
    package static let name = "AlertList"

    package var alerts: [AlertInfo] = []
    /// Those of all alerts that nobody has acknowledged, and those that somebody has, while they are not over.
    package var activeCount = 0
    package var acknowledgedCount = 0

    package init() {}

    package static let fields: [Field<AlertList>] = [
        Field("alerts", \.alerts), Field("active_count", \.activeCount),
        Field("acknowledged_count", \.acknowledgedCount),
    ]
}

package import Tracking

/// A rule that says when something is wrong, and what is done then.
package struct AlertRuleInfo: Document, Equatable {
    package static let name = "AlertRule"

    package var id = ""
    package var ruleName = ""
    package var isEnabled = true
    package var source = AlertRule.Source.metric
    package var metric: String?
    package var condition = AlertRule.Condition.greaterThan
    package var threshold: Double?
    package var resolveThreshold: Double?
    package var window: UInt64?
    package var unit: String?
    package var mode: String?
    package var minDelta: Double?
    package var silence: Double?
    package var forSeconds = 0.0
    package var forPoints: UInt32 = 1
    package var severity = AlertRule.Severity.medium
    package var cooldown = 0.0
    package var actions: [AlertRule.Action] = []
    package var tag: String?
    package var filter: String?
    package var sessionID: String?
    /// `api`, `server` or `shipped`: who made it.
    package var origin = "api"
    package var createdAt = Timestamp(rawValue: 0)
    package var updatedAt = Timestamp(rawValue: 0)
    /// Only in the answer that deletes it.
    package var message: String?

    package init() {}

    package static let fields: [Field<AlertRuleInfo>] = [
        Field("rule_id", \.id), Field("name", \.ruleName), Field("enabled", \.isEnabled), Field("source", \.source),
        Field("metric", \.metric), Field("condition", \.condition), Field("threshold", \.threshold),
        Field("resolve_threshold", \.resolveThreshold), Field("window", \.window),
        Field("unit", \.unit, .words(["epochs", "steps"])),
        Field("mode", \.mode, .words(["min", "max"])), Field("min_delta", \.minDelta),
        Field("silence_seconds", \.silence),
        Field("for_seconds", \.forSeconds), Field("for_points", \.forPoints), Field("severity", \.severity),
        Field("cooldown_seconds", \.cooldown), Field("actions", \.actions), Field("tag", \.tag),
        Field("filter", \.filter), Field("session_id", \.sessionID),
        Field("origin", \.origin, .words(["api", "server", "shipped"])), Field("created_at", \.createdAt),
        Field("updated_at", \.updatedAt), Field("message", \.message),
    ]
}

/// The rules that there are.
package struct AlertRuleList: Document, Equatable {
    package static let name = "AlertRuleList"

    package var rules: [AlertRuleInfo] = []
    package var total = 0

    package init() {}

    package static let fields: [Field<AlertRuleList>] = [Field("rules", \.rules), Field("total", \.total)]
}

extension AlertRule.Source: FieldValue {}
extension AlertRule.Condition: FieldValue {}
extension AlertRule.Severity: FieldValue {}
extension AlertRule.Action: FieldValue {}
extension Alert.Status: FieldValue {}
extension Alert.Resolution: FieldValue {}

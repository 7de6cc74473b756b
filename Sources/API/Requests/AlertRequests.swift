package import Tracking

/// A request for a rule.
package struct NewAlertRule: Document, Equatable {
    package static let name = "CreateAlertRule"

    package var ruleName = ""
    package var isEnabled: Bool?
    package var source: AlertRule.Source?
    package var metric: String?
    package var condition = AlertRule.Condition.greaterThan
    package var threshold: Double?
    package var resolveThreshold: Double?
    package var window: UInt64?
    package var unit: String?
    package var mode: String?
    package var minDelta: Double?
    package var silence: Double?
    package var forSeconds: Double?
    package var forPoints: UInt32?
    package var severity: AlertRule.Severity?
    package var cooldown: Double?
    package var actions: [AlertRule.Action]?
    package var tag: String?
    package var filter: String?
    package var sessionID: String?

    package init() {}

    package static let fields: [Field<NewAlertRule>] = [
        Field("name", \.ruleName, .bytes(1...255)), Field("enabled", \.isEnabled), Field("source", \.source),
        Field("metric", \.metric, .bytes(1...NamePattern.maximumByteCount)), Field("condition", \.condition),
        Field("threshold", \.threshold), Field("resolve_threshold", \.resolveThreshold),
        Field("window", \.window, .range(1...1_000_000_000)), Field("unit", \.unit, .words(["epochs", "steps"])),
        Field("mode", \.mode, .words(["min", "max"])), Field("min_delta", \.minDelta, .range(0...1e300)),
        Field("silence_seconds", \.silence, .range(1...AlertRuleLimits.longest)),
        Field("for_seconds", \.forSeconds, .range(0...AlertRuleLimits.longest)),
        Field("for_points", \.forPoints, .range(1...1_000_000)), Field("severity", \.severity),
        Field("cooldown_seconds", \.cooldown, .range(0...AlertRuleLimits.longest)),
        Field("actions", \.actions, .count(1...3)), Field("tag", \.tag, .bytes(1...255)),
        Field("filter", \.filter, .bytes(0...16_384)), Field("session_id", \.sessionID, .bytes(1...64)),
    ]
}

/// The changes to a rule; what is nil stays, and null cannot be sent.
package struct UpdatedAlertRule: Document, Equatable {
    package static let name = "UpdateAlertRule"

    package var ruleName: String?
    package var isEnabled: Bool?
    package var threshold: Double?
    package var resolveThreshold: Double?
    package var window: UInt64?
    package var minDelta: Double?
    package var silence: Double?
    package var forSeconds: Double?
    package var forPoints: UInt32?
    package var severity: AlertRule.Severity?
    package var cooldown: Double?
    package var actions: [AlertRule.Action]?
    package var tag: String?
    package var filter: String?

    package init() {}

    package static let fields: [Field<UpdatedAlertRule>] = [
        Field("name", \.ruleName, .bytes(1...255)), Field("enabled", \.isEnabled), Field("threshold", \.threshold),
        Field("resolve_threshold", \.resolveThreshold), Field("window", \.window, .range(1...1_000_000_000)),
        Field("min_delta", \.minDelta, .range(0...1e300)),
        Field("silence_seconds", \.silence, .range(1...AlertRuleLimits.longest)),
        Field("for_seconds", \.forSeconds, .range(0...AlertRuleLimits.longest)),
        Field("for_points", \.forPoints, .range(1...1_000_000)), Field("severity", \.severity),
        Field("cooldown_seconds", \.cooldown, .range(0...AlertRuleLimits.longest)),
        Field("actions", \.actions, .count(1...3)), Field("tag", \.tag, .bytes(0...255)),
        Field("filter", \.filter, .bytes(0...16_384)),
    ]
}

private enum AlertRuleLimits {
    /// A year, in seconds.
    static let longest = 366.0 * 24 * 3600
}

/// What somebody says of an alert.
package struct AlertRemark: Document, Equatable {
    package static let name = "AlertRemark"

    package var by: String?
    /// The same under the name that clients of the guide's family send.
    package var acknowledgedBy: String?
    package var notes: String?

    package init() {}

    package static let fields: [Field<AlertRemark>] = [
        Field("by", \.by, .bytes(0...255)), Field("acknowledged_by", \.acknowledgedBy, .bytes(0...255)),
        Field("notes", \.notes, .bytes(0...65_536)),
    ]
}

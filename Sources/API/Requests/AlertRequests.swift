package import Tracking

/// A request for a rule.
package struct NewAlertRule: Document, Equatable {
    package static let name = "CreateAlertRule"

    /// What can be changed later too; of this only the name is required.
    package var values = UpdatedAlertRule()
    package var source: AlertRule.Source?
    package var metric: String?
    package var condition = AlertRule.Condition.greaterThan
    package var unit: String?
    package var mode: String?
    package var sessionID: String?

    package init() {}

    package static let fields: [Field<NewAlertRule>] =
        Field.embedded(\.values).map { $0.name == "name" ? $0.required() : $0 } + [
            Field("source", \.source), Field("metric", \.metric, .bytes(1...NamePattern.maximumByteCount)),
            Field("condition", \.condition), Field("unit", \.unit, .words(["epochs", "steps"])),
            Field("mode", \.mode, .words(["min", "max"])), Field("session_id", \.sessionID, .bytes(1...64)),
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
        Field("resolve_threshold", \.resolveThreshold), Field("window", \.window, .range(AlertRule.windows)),
        Field("min_delta", \.minDelta, .range(0...1e300)),
        Field("silence_seconds", \.silence, .range(1...AlertRule.longestSeconds)),
        Field("for_seconds", \.forSeconds, .range(0...AlertRule.longestSeconds)),
        Field("for_points", \.forPoints, .range(AlertRule.pointCounts)), Field("severity", \.severity),
        Field("cooldown_seconds", \.cooldown, .range(0...AlertRule.longestSeconds)),
        Field("actions", \.actions, .count(1...AlertRule.Action.allCases.count)), Field("tag", \.tag, .bytes(0...255)),
        Field("filter", \.filter, .bytes(0...AlertRule.mostFilterBytes)),
    ]
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

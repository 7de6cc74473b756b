import API
import Application
import Hummingbird
import JSON
import ReadModels
import Tracking
import TrainingConfiguration
import WebServer

/// Rules that say when something is wrong, and the alerts that rose by them.
struct AlertEndpoints {
    let tracker: Tracker

    var all: [Endpoint] {
        [
            Endpoint(.createAlertRule, create), Endpoint(.listAlertRules, rules), Endpoint(.getAlertRule, rule),
            Endpoint(.updateAlertRule, update), Endpoint(.deleteAlertRule, delete), Endpoint(.listAlerts, list),
            Endpoint(.getAlert, get), Endpoint(.acknowledgeAlert, acknowledge), Endpoint(.resolveAlert, resolve),
        ]
    }

    // MARK: Rules

    @Sendable private func create(_ call: Call) async throws -> Response {
        let (new, body) = try await call.json(NewAlertRule.self, of: .createAlertRule)
        let written = try await tracker.alerts.createRule(
            try AlertRuleSettings(new), as: try call.identity("alert-rules", body))
        return .written(
            written, status: .created, location: API.Operation.getAlertRule.target([written.value.ruleID])
        ) { AlertRuleInfo($0) }
    }

    @Sendable private func rules(_ call: Call) async throws -> Response {
        let limit = try call.query.limit(maximum: AlertRule.mostRules) ?? AlertRule.mostRules
        let offset = try call.query.offset()
        return .read(try await tracker.queries.alertRules(try call.freshness())) { rules in
            var list = AlertRuleList()
            list.rules = rules.dropFirst(offset).prefix(limit).map { AlertRuleInfo($0) }
            list.total = rules.count
            return list
        }
    }

    @Sendable private func rule(_ call: Call) async throws -> Response {
        .read(try await tracker.queries.alertRule(ruleID(call), try call.freshness())) { AlertRuleInfo($0) }
    }

    @Sendable private func update(_ call: Call) async throws -> Response {
        let (request, body) = try await call.json(UpdatedAlertRule.self, of: .updateAlertRule)
        return .written(
            try await tracker.alerts.changeRule(ruleID(call), as: try call.identity("update-alert-rule", body)) {
                try $0.change(request)
            }
        ) { AlertRuleInfo($0) }
    }

    @Sendable private func delete(_ call: Call) async throws -> Response {
        .written(try await tracker.alerts.deleteRule(ruleID(call), as: try call.identity("delete-alert-rule"))) {
            rule in
            var info = AlertRuleInfo(rule)
            info.message = "Rule \(info.id) was deleted."
            return info
        }
    }

    // MARK: Alerts

    @Sendable private func list(_ call: Call) async throws -> Response {
        let statuses = Set(try Self.words("status", call.query.list("status") ?? [], Alert.Status.self))
        let severities = Set(
            try Self.words("severity", call.query.text("severity").map { [$0] } ?? [], AlertRule.Severity.self))
        let (session, rule) = (try call.queriedSessionID()?.text, call.query.text("rule_id"))
        let answer = try await tracker.queries.alerts(
            limit: try call.query.limit(maximum: 1000) ?? 100, offset: try call.query.offset(), try call.freshness()
        ) { alert in
            (statuses.isEmpty || statuses.contains(alert.status))
                && (severities.isEmpty || severities.contains(alert.triggered.severity))
                && (session == nil || session == alert.triggered.sessionID)
                && (rule == nil || rule == alert.triggered.ruleID)
        }
        return .read(answer) { alerts, counts in
            var list = AlertList()
            list.alerts = alerts.map { AlertInfo($0) }
            list.activeCount = Int(clamping: counts.active)
            list.acknowledgedCount = Int(clamping: counts.acknowledged)
            return list
        }
    }

    @Sendable private func get(_ call: Call) async throws -> Response {
        .read(try await tracker.queries.alert(alertID(call), try call.freshness())) { AlertInfo($0) }
    }

    @Sendable private func acknowledge(_ call: Call) async throws -> Response {
        let (remark, body) = try await call.optionalJSON(AlertRemark.self, of: .acknowledgeAlert)
        return .written(
            try await tracker.alerts.acknowledge(
                alertID(call), by: try Self.who(remark), notes: remark.notes ?? "",
                as: try call.identity("acknowledge-alert", body))
        ) { AlertInfo($0) }
    }

    @Sendable private func resolve(_ call: Call) async throws -> Response {
        let (remark, body) = try await call.optionalJSON(AlertRemark.self, of: .resolveAlert)
        return .written(
            try await tracker.alerts.resolve(
                alertID(call), by: try Self.who(remark), notes: remark.notes ?? "",
                as: try call.identity("resolve-alert", body))
        ) { AlertInfo($0) }
    }

    // MARK: Reading

    private func ruleID(_ call: Call) -> String { call.parameters["rule_id"] ?? "" }
    private func alertID(_ call: Call) -> String { call.parameters["alert_id"] ?? "" }

    private static func who(_ remark: AlertRemark) throws(FieldError) -> String {
        guard let other = remark.acknowledgedBy else { return remark.by ?? "" }
        guard remark.by == nil || remark.by == other else {
            throw FieldError("acknowledged_by", "must not differ from by; send one of both")
        }
        return other
    }

    private static func words<Word: CaseIterable & RawRepresentable<String>>(
        _ field: String, _ texts: [String], _ type: Word.Type
    ) throws(FieldError) -> [String] {
        for text in texts where Word(rawValue: text) == nil {
            throw FieldError(
                field,
                "must be one of \(Word.allCases.map(\.rawValue).joined(separator: ", ")), not '\(text.prefix(80))'")
        }
        return texts
    }
}

extension AlertRuleSettings {
    /// The settings of a new rule; the checks of how its parts fit come later.
    fileprivate init(_ new: NewAlertRule) throws(FieldError) {
        self.init()
        condition = new.condition.rawValue
        source = new.source?.rawValue ?? ""
        metric = new.metric ?? ""
        if new.values.threshold == nil, [.greaterThan, .lessThan, .increasesBy].contains(new.condition) {
            throw FieldError("threshold", "is required for the condition \(condition)")
        }
        unit = new.unit ?? ""
        mode = new.mode ?? ""
        forPoints = 1
        cooldown = Self.microseconds(AlertRules.defaultCooldown)
        sessionID = new.sessionID ?? ""
        origin = "api"
        try change(new.values)
    }

    fileprivate mutating func change(_ request: UpdatedAlertRule) throws(FieldError) {
        if origin == "server", request != UpdatedAlertRule.enabling(request.isEnabled) {
            throw FieldError(
                "rule_id", "names a rule of the server's configuration, of which only enabled can be changed here")
        }
        if let text = request.ruleName { name = text }
        if let isEnabled = request.isEnabled { disabled = !isEnabled }
        if let value = request.threshold { threshold = value }
        if let value = request.resolveThreshold { resolveThreshold = value }
        if let count = request.window { window = count }
        if let value = request.minDelta { minDelta = value }
        if let seconds = request.silence { silence = Self.microseconds(seconds) }
        if let seconds = request.forSeconds { forDuration = Self.microseconds(seconds) }
        if let count = request.forPoints { forPoints = count }
        if let level = request.severity { severity = level.rawValue }
        if let seconds = request.cooldown { cooldown = Self.microseconds(seconds) }
        if let all = request.actions { actions = all.map(\.rawValue) }
        if let text = request.tag { tag = text }
        if let text = request.filter { filter = text }
    }

    private static func microseconds(_ seconds: Double) -> Int64 { Int64((seconds * 1e6).rounded()) }
}

extension UpdatedAlertRule {
    fileprivate static func enabling(_ isEnabled: Bool?) -> UpdatedAlertRule {
        var request = UpdatedAlertRule()
        request.isEnabled = isEnabled
        return request
    }
}

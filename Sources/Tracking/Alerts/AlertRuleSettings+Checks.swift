/// What is wrong with a rule: the field, as the API and the configuration name it, and why.
package struct AlertRuleFault: Error, Equatable {
    package var field: String
    package var reason: String

    package init(_ field: String, _ reason: String) {
        self.field = field
        self.reason = reason
    }
}

extension AlertRuleSettings {
    package var kind: AlertRule.Condition? { AlertRule.Condition(rawValue: condition) }
    package var watched: AlertRule.Source { AlertRule.Source(rawValue: source) ?? .metric }

    /// Fills in what was left out, and checks that the parts fit each other.
    package mutating func complete() throws(AlertRuleFault) {
        guard let kind else { throw AlertRuleFault("condition", "is not known: '\(condition)'") }
        if source.isEmpty { source = AlertRule.source(of: metric, kind).rawValue }
        if severity.isEmpty { severity = AlertRule.Severity.medium.rawValue }
        if actions.isEmpty { actions = [AlertRule.Action.notify.rawValue] }
        forPoints = max(1, forPoints)
        if kind == .noImprovement {
            if mode.isEmpty { mode = "min" }
            if unit.isEmpty { unit = "epochs" }
        }
        try checkSource(kind)
        try checkValues(kind)
        if actions.contains(AlertRule.Action.tag.rawValue), tag.isEmpty {
            throw AlertRuleFault("tag", "is required by the action tag: the tag to set")
        }
        if !tag.isEmpty, !actions.contains(AlertRule.Action.tag.rawValue) {
            throw AlertRuleFault("actions", "must contain tag where a tag is given")
        }
        try checkFilter()
    }

    private func checkSource(_ kind: AlertRule.Condition) throws(AlertRuleFault) {
        guard kind.isOfValues == (watched != .lifecycle) else {
            throw AlertRuleFault(
                "source",
                kind.isOfValues
                    ? "must be metric, host or server for the condition \(condition)"
                    : "must be lifecycle, or left out, for the condition \(condition)")
        }
        guard kind.isOfValues == !metric.isEmpty else {
            throw AlertRuleFault(
                "metric", kind.isOfValues ? "is required: the name to watch" : "has no meaning for \(condition)")
        }
        guard watched == .server else { return }
        let pattern = NamePattern(metric)
        guard AlertRule.serverFigures.contains(where: pattern.matches) else {
            throw AlertRuleFault(
                "metric",
                "is no figure of the server; those are \(AlertRule.serverFigures.joined(separator: ", "))")
        }
        for action in [AlertRule.Action.stop, .tag] where actions.contains(action.rawValue) {
            throw AlertRuleFault(
                "actions", "must not contain \(action.rawValue): figures of the server have no session")
        }
        guard filter.isEmpty, sessionID.isEmpty else {
            throw AlertRuleFault(
                filter.isEmpty ? "session_id" : "filter", "has no meaning for figures of the server")
        }
        guard kind != .noImprovement else {
            throw AlertRuleFault("condition", "must not be no_improvement for figures of the server")
        }
    }

    private func checkValues(_ kind: AlertRule.Condition) throws(AlertRuleFault) {
        switch kind {
        case .greaterThan, .lessThan, .increasesBy:
            guard threshold.isFinite else { throw AlertRuleFault("threshold", "must be a finite number") }
        default:
            guard threshold == 0 else { throw AlertRuleFault("threshold", "has no meaning for \(condition)") }
        }
        if hasResolveThreshold {
            guard kind == .greaterThan || kind == .lessThan else {
                throw AlertRuleFault("resolve_threshold", "has no meaning for \(condition)")
            }
            guard resolveThreshold.isFinite,
                kind == .greaterThan ? resolveThreshold <= threshold : resolveThreshold >= threshold
            else {
                throw AlertRuleFault(
                    "resolve_threshold",
                    "must be at \(kind == .greaterThan ? "most" : "least") the threshold, \(threshold)")
            }
        }
        let needsWindow = kind == .noImprovement || kind == .increasesBy
        guard needsWindow == (window > 0) else {
            throw AlertRuleFault(
                "window",
                needsWindow
                    ? "is required: "
                        + (kind == .noImprovement
                            ? "the epochs or steps without one" : "the points to take the median of")
                    : "has no meaning for \(condition)")
        }
        if kind == .increasesBy, window > 1000 {
            throw AlertRuleFault("window", "must be at most 1000 points")
        }
        guard (kind == .noReport) == (silence > 0) else {
            throw AlertRuleFault(
                "silence_seconds",
                kind == .noReport ? "is required: the time without a report" : "has no meaning for \(condition)")
        }
        guard kind == .noImprovement || mode.isEmpty && unit.isEmpty && minDelta == 0 else {
            throw AlertRuleFault(
                mode.isEmpty ? unit.isEmpty ? "min_delta" : "unit" : "mode", "has no meaning for \(condition)")
        }
        guard kind.isOfValues || forDuration == 0 && forPoints <= 1 else {
            throw AlertRuleFault(
                forPoints <= 1 ? "for_seconds" : "for_points", "has no meaning for \(condition)")
        }
    }

    private func checkFilter() throws(AlertRuleFault) {
        guard !filter.isEmpty else { return }
        let condition: SessionCondition
        do {
            condition = try SessionCondition(filter)
        } catch {
            throw AlertRuleFault("filter", "cannot be read: \(error)")
        }
        guard condition.metricNames.isEmpty else {
            throw AlertRuleFault(
                "filter", "must not name metrics, which change with every report; the rule's own condition watches them"
            )
        }
    }
}

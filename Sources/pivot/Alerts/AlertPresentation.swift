package import API
package import Tracking

/// Alerts and their rules as tables, sheets and lines.
package enum AlertPresentation {
    /// One row an alert.
    package static func table(_ alerts: [AlertInfo], moment: (Timestamp?) -> String) -> TextTable {
        var table = TextTable([
            .init("ALERT"), .init("SEVERITY"), .init("STATUS"), .init("RULE", mayShrink: true),
            .init("MESSAGE", mayShrink: true), .init("SESSION", mayShrink: true, isOptional: true),
            .init("RAISED", isOptional: true),
        ])
        for alert in alerts {
            table.add([
                alert.id, alert.severity.rawValue, alert.status.rawValue, alert.ruleName, alert.message,
                alert.sessionID ?? "server", moment(alert.triggeredAt),
            ])
        }
        return table
    }

    /// Everything about one alert.
    package static func sheet(_ alert: AlertInfo, moment: (Timestamp?) -> String) -> FactSheet {
        var sheet = FactSheet()
        sheet.add("Alert", alert.id)
        sheet.add("Rule", "\(alert.ruleName) (\(alert.ruleID))")
        sheet.add("Severity", alert.severity.rawValue)
        sheet.add("Status", alert.status.rawValue + (alert.resolution.map { ": \(words($0))" } ?? ""))
        sheet.add("Message", alert.message)
        sheet.add("Session", alert.sessionID)
        sheet.add("Metric", alert.metric)
        sheet.add("Value", alert.value.map(HumanFormat.number))
        sheet.add("Threshold", alert.threshold.map(exact))
        sheet.add("Step", alert.step.map { String($0) })
        sheet.add("Raised", moment(alert.triggeredAt))
        sheet.add("Acknowledged", alert.acknowledgedAt.map { signed(moment($0), alert.acknowledgedBy) })
        sheet.add("Resolved", alert.resolvedAt.map { signed(moment($0), alert.resolvedBy) })
        sheet.add("Last value", alert.lastValue.map(HumanFormat.number))
        sheet.add("Notes", alert.notes)
        sheet.add("Actions", alert.actions.map(\.rawValue).joined(separator: ", "))
        sheet.add("Position", String(alert.position))
        return sheet
    }

    /// One row a rule.
    package static func table(_ rules: [AlertRuleInfo]) -> TextTable {
        var table = TextTable([
            .init("RULE"), .init("NAME", mayShrink: true), .init("ENABLED"), .init("SEVERITY"),
            .init("WHEN", mayShrink: true), .init("ACTIONS", isOptional: true),
            .init("ABOUT", mayShrink: true, isOptional: true),
        ])
        for rule in rules {
            table.add([
                rule.id, rule.ruleName, rule.isEnabled ? "yes" : "no", rule.severity.rawValue, condition(rule),
                actions(rule), rule.sessionID ?? rule.filter ?? "",
            ])
        }
        return table
    }

    /// Everything about one rule.
    package static func sheet(_ rule: AlertRuleInfo, moment: (Timestamp?) -> String) -> FactSheet {
        var sheet = FactSheet()
        sheet.add("Rule", rule.id)
        sheet.add("Name", rule.ruleName)
        sheet.add("Enabled", rule.isEnabled ? "yes" : "no")
        sheet.add("Severity", rule.severity.rawValue)
        sheet.add("When", condition(rule))
        sheet.add("Source", rule.source.rawValue)
        sheet.add("Resolves at", rule.resolveThreshold.map(exact))
        sheet.add("Cooldown", rule.cooldown > 0 ? duration(rule.cooldown) : nil)
        sheet.add("Actions", actions(rule))
        sheet.add("Session", rule.sessionID)
        sheet.add("Filter", rule.filter)
        sheet.add("Origin", rule.origin)
        sheet.add("Created", moment(rule.createdAt))
        sheet.add("Changed", rule.updatedAt == rule.createdAt ? nil : moment(rule.updatedAt))
        return sheet
    }

    /// What a rule calls wrong: `val_loss above 2 for 3 points`.
    package static func condition(_ rule: AlertRuleInfo) -> String {
        let metric = rule.metric ?? "a metric"
        let threshold = exact(rule.threshold ?? 0)
        let window = rule.window ?? 0
        var words =
            switch rule.condition {
            case .greaterThan: "\(metric) above \(threshold)"
            case .lessThan: "\(metric) below \(threshold)"
            case .isNaN: "\(metric) is NaN or infinite"
            case .noImprovement:
                "\(metric) has no new \(rule.mode == "max" ? "maximum" : "minimum") for \(window) \(rule.unit ?? "epochs")"
            case .increasesBy:
                "\(metric) above the median of its last \(window) points by more than \(threshold) times that"
            case .noReport: "nothing reported for \(duration(rule.silence ?? 0))"
            case .trainingStarted: "a training starts"
            case .trainingCompleted: "a training completes"
            case .trainingFailed: "a training fails"
            case .trainingStopped: "a training is stopped"
            }
        if let delta = rule.minDelta, delta > 0 { words += ", by at least \(exact(delta))" }
        if rule.forPoints > 1 { words += " for \(rule.forPoints) points" }
        if rule.forSeconds > 0 { words += " for \(duration(rule.forSeconds))" }
        return words
    }

    private static func actions(_ rule: AlertRuleInfo) -> String {
        rule.actions.map { $0 == .tag ? "tag \(rule.tag ?? "")" : $0.rawValue }.joined(separator: ", ")
    }

    /// Why an alert is over.
    package static func words(_ resolution: Alert.Resolution) -> String {
        switch resolution {
        case .recovered: "recovered"
        case .sessionEnded: "the session has ended"
        case .ruleChanged: "its rule was changed"
        case .byHand: "by hand"
        }
    }

    private static func signed(_ moment: String, _ name: String?) -> String {
        name.map { "\(moment) by \($0)" } ?? moment
    }

    /// A duration that somebody set: in one unit, when it is a whole number of them.
    private static func duration(_ seconds: Double) -> String {
        let units = [("d", 86_400.0), ("h", 3_600), ("min", 60)]
        for (unit, size) in units where seconds >= size && seconds.truncatingRemainder(dividingBy: size) == 0 {
            return "\(Int(seconds / size)) \(unit)"
        }
        return HumanFormat.duration(.seconds(seconds))
    }

    /// A number that somebody set, with all its digits.
    private static func exact(_ number: Double) -> String {
        Int64(exactly: number).map { String($0) } ?? String(number)
    }
}

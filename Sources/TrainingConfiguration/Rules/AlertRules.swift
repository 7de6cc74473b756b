package import JSON
package import Tracking

/// The table of what a configuration may say of alerts, for a session's own and for the server's.
package enum AlertRules {
    /// The most rules of one configuration.
    static let mostRules = 64
    /// The time in which an alert that has risen does not rise again, unless the rule says otherwise, in seconds.
    package static let defaultCooldown = 300.0

    static let rule = ConfigurationRule(
        "alerts", .list(of: .section(keys), count: 0...mostRules), default: [],
        "rules that say when something is wrong, and what is done then")

    private static func words<Word: CaseIterable & RawRepresentable<String>>(
        _ type: Word.Type
    ) -> ConfigurationRule.Kind { .choice(type.allCases.map(\.rawValue)) }

    private static let keys: [ConfigurationRule] = [
        .init("name", ConfigurationRule.nameKind, "what the rule is called"),
        .init("condition", words(AlertRule.Condition.self), "what is wrong"),
        .init(
            "metric", .optional(.string(maximumByteCount: NamePattern.maximumByteCount)), default: .null,
            "the name that is watched, with * for any characters"),
        .init(
            "source", .optional(words(AlertRule.Source.self)), default: .null,
            "whose name it is; null: a metric, or what the name says"),
        .init(
            "threshold", .optional(.number(.from(-.greatestFiniteMagnitude, to: .greatestFiniteMagnitude))),
            default: .null, "what the value is compared with"),
        .init(
            "resolve_threshold", .optional(.number(.from(-.greatestFiniteMagnitude, to: .greatestFiniteMagnitude))),
            default: .null,
            "the value at which the alert is over; null: the threshold"),
        .init(
            "window", .optional(.integer(Int64(AlertRule.windows.lowerBound)...Int64(AlertRule.windows.upperBound))),
            default: .null,
            "epochs or steps without improvement, or the points whose median is compared with"),
        .init("unit", .optional(.choice(["epochs", "steps"])), default: .null, "what window counts; null: epochs"),
        .init("mode", .optional(.choice(["min", "max"])), default: .null, "which values are better; null: min"),
        .init("min_delta", .number(.from(0, to: .greatestFiniteMagnitude)), default: 0.0, "by how much, at least"),
        .init(
            "silence_seconds", .optional(.number(.from(1, to: AlertRule.longestSeconds))), default: .null,
            "how long nothing must be reported"),
        .init(
            "for_seconds", .number(.from(0, to: AlertRule.longestSeconds)), default: 0.0, "how long it must be wrong"),
        .init(
            "for_points", .integer(Int64(AlertRule.pointCounts.lowerBound)...Int64(AlertRule.pointCounts.upperBound)),
            default: 1, "for how many points it must be wrong"),
        .init("severity", words(AlertRule.Severity.self), default: "medium", "how bad it is"),
        .init(
            "cooldown_seconds", .number(.from(0, to: AlertRule.longestSeconds)), default: .number(defaultCooldown),
            "the time from a rise in which the same alert does not rise again"),
        .init("actions", .list(of: words(AlertRule.Action.self), count: 1...3), default: ["notify"], "what is done"),
        .init("tag", .optional(ConfigurationRule.nameKind), default: .null, "the tag that the action tag sets"),
        .init(
            "filter", .optional(.string(maximumByteCount: AlertRule.mostFilterBytes)), default: .null,
            "a condition on the sessions that are watched; null: all"),
    ]

    /// The rules of a resolved configuration; those that do not fit in themselves are reported.
    static func read(
        _ root: JSONValue, origin: String, _ checker: inout RuleChecker
    ) -> [AlertRuleSettings] {
        var rules: [AlertRuleSettings] = []
        for (index, value) in (root["alerts"]?.arrayValue ?? []).enumerated() {
            do throws(AlertRuleFault) {
                var settings = settings(ResolvedSection(value), origin: origin)
                try settings.complete()
                if origin == "session" {
                    guard settings.watched != .server else {
                        throw AlertRuleFault("metric", "must be of the session; figures of the server have no session")
                    }
                    guard settings.filter.isEmpty else {
                        throw AlertRuleFault("filter", "has no meaning in a session's own configuration")
                    }
                }
                rules.append(settings)
            } catch {
                checker.add(
                    .conflict, "alerts[\(index)].\(error.field)", found: "what \(error.reason)",
                    "as the documentation says")
            }
        }
        return rules
    }

    /// The rules that a session's resolved configuration brings. What an older version recorded has none.
    package static func ownRules(inResolved configuration: JSONValue) -> [AlertRuleSettings] {
        (configuration["alerts"]?.arrayValue ?? []).compactMap { value in
            guard value.objectValue != nil else { return nil }
            var settings = settings(ResolvedSection(value), origin: "session")
            do throws(AlertRuleFault) {
                try settings.complete()
                return settings
            } catch {
                return nil
            }
        }
    }

    private static func settings(_ section: ResolvedSection, origin: String) -> AlertRuleSettings {
        var settings = AlertRuleSettings()
        settings.name = section.string("name")
        settings.condition = section.string("condition")
        settings.metric = section.optionalString("metric") ?? ""
        settings.source = section.optionalString("source") ?? ""
        settings.threshold = section.optionalNumber("threshold") ?? 0
        if let threshold = section.optionalNumber("resolve_threshold") { settings.resolveThreshold = threshold }
        settings.window = UInt64(section.optionalInteger("window") ?? 0)
        settings.unit = section.optionalString("unit") ?? ""
        settings.mode = section.optionalString("mode") ?? ""
        settings.minDelta = section.number("min_delta")
        settings.silence = microseconds(section.optionalNumber("silence_seconds") ?? 0)
        settings.forDuration = microseconds(section.number("for_seconds"))
        settings.forPoints = UInt32(section.integer("for_points"))
        settings.severity = section.string("severity")
        settings.cooldown = microseconds(section.number("cooldown_seconds"))
        settings.actions = section.strings("actions")
        settings.tag = section.optionalString("tag") ?? ""
        settings.filter = section.optionalString("filter") ?? ""
        settings.origin = origin
        return settings
    }

    package static func microseconds(_ seconds: Double) -> Int64 { Int64(seconds * 1e6) }
}

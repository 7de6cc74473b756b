import SwiftProtobuf

extension AlertRule {
    /// The rules that a data directory has from its beginning, until somebody changes or deletes them. The name before each is
    /// never used for another one.
    package static let shipped: [(key: String, settings: AlertRuleSettings)] = [
        (
            "loss-is-nan",
            rule("The loss is not a number", .isNaN, .high) {
                $0.metric = "*loss*"
            }
        ),
        (
            "no-report",
            rule("No report for 10 minutes", .noReport, .medium) {
                $0.silence = 600_000_000
            }
        ),
        (
            "disk-is-full",
            rule("Less than 5 % of the disk are free", .greaterThan, .critical) {
                ($0.metric, $0.threshold, $0.resolveThreshold) = ("disk_percent", 95, 94)
            }
        ),
        (
            "memory-is-full",
            rule("More than 95 % of the memory are used", .greaterThan, .high) {
                ($0.metric, $0.threshold, $0.resolveThreshold) = ("memory_percent", 95, 90)
                $0.forDuration = 30_000_000
            }
        ),
    ]

    private static func rule(
        _ name: String, _ condition: Condition, _ severity: Severity, _ more: (inout AlertRuleSettings) -> Void
    ) -> AlertRuleSettings {
        var settings = AlertRuleSettings()
        settings.name = name
        settings.condition = condition.rawValue
        settings.severity = severity.rawValue
        settings.cooldown = 300_000_000
        settings.origin = "shipped"
        more(&settings)
        do throws(AlertRuleFault) {
            try settings.complete()
        } catch {
            preconditionFailure("a shipped rule is right: \(error.field) \(error.reason)")
        }
        return settings
    }
}

import API
import ArgumentParser
import Tracking

/// What a rule says that can be changed later too; of a new rule, what is not named has a default.
struct AlertRuleOptions: ParsableArguments {
    @Option(help: "What the value is compared with.")
    var threshold: Double?
    @Option(help: "The value at which the alert is over; the threshold unless it is given.")
    var resolveThreshold: Double?
    @Option(help: "Epochs or steps without improvement, or the points whose median is compared with.")
    var window: UInt64?
    @Option(help: "By how much a value must be better, at least.")
    var minDelta: Double?
    @Option(help: ArgumentHelp("How long nothing must be reported.", valueName: "duration"))
    var silence: DurationArgument?
    @Option(name: .customLong("for"), help: ArgumentHelp("How long it must be wrong.", valueName: "duration"))
    var forDuration: DurationArgument?
    @Option(help: ArgumentHelp("For how many points in a row it must be wrong.", valueName: "count"))
    var forPoints: UInt32?
    @Option(help: "How bad it is; medium for a new rule.")
    var severity: AlertRule.Severity?
    @Option(
        help: ArgumentHelp(
            "How long after an alert the same one is not raised again; 5m for a new rule.", valueName: "duration"))
    var cooldown: DurationArgument?
    @Option(help: "What is done; notify for a new rule. May be repeated.")
    var action: [AlertRule.Action] = []
    @Option(help: "The tag that the action tag gives the session.")
    var tag: String?
    @Option(help: "Only sessions for which this holds, in the filter language; \"\" for all.")
    var filter: String?

    init() {}

    func validate() throws {
        let numbers = [
            ("--threshold", threshold), ("--resolve-threshold", resolveThreshold), ("--min-delta", minDelta),
        ]
        for (option, number) in numbers where number?.isFinite == false {
            throw ValidationError("\(option) must be a finite number.")
        }
    }

    func values(name: String?) -> UpdatedAlertRule {
        var values = UpdatedAlertRule()
        values.ruleName = name
        values.threshold = threshold
        values.resolveThreshold = resolveThreshold
        values.window = window
        values.minDelta = minDelta
        values.silence = silence?.seconds
        values.forSeconds = forDuration?.seconds
        values.forPoints = forPoints
        values.severity = severity
        values.cooldown = cooldown?.seconds
        values.actions = action.isEmpty ? nil : action
        values.tag = tag
        values.filter = filter
        return values
    }
}

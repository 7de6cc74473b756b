import API
package import ArgumentParser
import Tracking
import TrackingClient

/// `pivot alerts rules create`
package struct CreateAlertRuleCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "create", abstract: "Add a rule that raises an alert when something is wrong.",
        discussion: """
            The conditions and what they need:
            \(conditions)

            Durations are a number with its unit: 30s, 10m, 2h, 1d. A rule is about all sessions, unless --filter or \
            --session says which.

            Examples:
              pivot alerts rules create --name high --condition greater_than --metric val_loss --threshold 9
              pivot alerts rules create --name stuck --condition no_improvement --metric val_loss --window 9
              pivot alerts rules create --name odd --condition is_nan --metric "*loss" --action stop
              pivot alerts rules create --name silent --condition no_report --silence 10m --severity high
            """)

    package enum Unit: String, CaseIterable, ExpressibleByArgument { case epochs, steps }
    package enum Mode: String, CaseIterable, ExpressibleByArgument { case min, max }

    @Option(help: "What the rule is called.")
    var name: String
    @Option(help: "What is wrong.")
    var condition: AlertRule.Condition
    @Option(help: "The metric that is watched, with * for any characters.")
    var metric: String?
    @Option(help: "Whose name --metric is; by default a session's metric, or what the name says.")
    var source: AlertRule.Source?
    @Option(help: "What the value is compared with.")
    var threshold: Double?
    @Option(help: "The value at which the alert is over; by default the threshold.")
    var resolveThreshold: Double?
    @Option(help: "Epochs or steps without improvement, or the points whose median is compared with.")
    var window: UInt64?
    @Option(help: "What --window counts; by default epochs.")
    var unit: Unit?
    @Option(help: "Which values are better, low or high ones; by default min.")
    var mode: Mode?
    @Option(help: "By how much a value must be better, at least.")
    var minDelta: Double?
    @Option(help: ArgumentHelp("How long nothing must be reported.", valueName: "duration"))
    var silence: DurationArgument?
    @Option(name: .customLong("for"), help: ArgumentHelp("How long it must be wrong.", valueName: "duration"))
    var forDuration: DurationArgument?
    @Option(help: ArgumentHelp("For how many points in a row it must be wrong.", valueName: "count"))
    var forPoints: UInt32?
    @Option(help: "How bad it is; by default medium.")
    var severity: AlertRule.Severity?
    @Option(
        help: ArgumentHelp(
            "How long after an alert the same one is not raised again; by default 5m.", valueName: "duration"))
    var cooldown: DurationArgument?
    @Option(help: "What is done; by default notify. May be repeated.")
    var action: [AlertRule.Action] = []
    @Option(help: "The tag that the action tag gives the session.")
    var tag: String?
    @Option(help: "Only sessions for which this holds, in the filter language.")
    var filter: String?
    @Option(help: "Only this session: its id, a beginning of it, its name, or @latest.")
    var session: String?
    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    package init() {}

    package func validate() throws {
        let numbers = [
            ("--threshold", threshold), ("--resolve-threshold", resolveThreshold), ("--min-delta", minDelta),
        ]
        for (option, number) in numbers where number?.isFinite == false {
            throw ValidationError("\(option) must be a finite number.")
        }
    }

    package func run() async throws {
        try await server.withClient { client in
            var new = rule
            if let session { new.sessionID = try await client.sessionID(session) }
            let created = try await client.createAlertRule(new)
            output.show(created) { _ in ["Created \(created.id): \(AlertPresentation.condition(created))."] }
        }
    }

    private var rule: NewAlertRule {
        var new = NewAlertRule()
        new.ruleName = name
        new.condition = condition
        new.metric = metric
        new.source = source
        new.threshold = threshold
        new.resolveThreshold = resolveThreshold
        new.window = window
        new.unit = unit?.rawValue
        new.mode = mode?.rawValue
        new.minDelta = minDelta
        new.silence = silence?.seconds
        new.forSeconds = forDuration?.seconds
        new.forPoints = forPoints
        new.severity = severity
        new.cooldown = cooldown?.seconds
        new.actions = action.isEmpty ? nil : action
        new.tag = tag
        new.filter = filter
        return new
    }

    private static let conditions = [
        ("greater_than, less_than", "--metric and --threshold"),
        ("is_nan", "--metric: a value is NaN or infinite"),
        ("no_improvement", "--metric and --window: the best value is so many epochs or steps old"),
        ("increases_by", "--metric, --window and --threshold: a value exceeds the median of the"),
        ("", "window by more than the threshold times that median"),
        ("no_report", "--silence: a session that runs reports nothing"),
        ("training_started, training_completed, training_failed, training_stopped", ""),
    ].map { name, needs in
        needs.isEmpty ? "  " + name : "  " + name + String(repeating: " ", count: 26 - name.count) + needs
    }.joined(separator: "\n")
}

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
    @OptionGroup var options: AlertRuleOptions
    @Option(help: "What --window counts; by default epochs.")
    var unit: Unit?
    @Option(help: "Which values are better, low or high ones; by default min.")
    var mode: Mode?
    @Option(help: "Only this session: its id, a beginning of it, its name, or @latest.")
    var session: String?
    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    package init() {}

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
        new.values = options.values(name: name)
        new.condition = condition
        new.metric = metric
        new.source = source
        new.unit = unit?.rawValue
        new.mode = mode?.rawValue
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

import API
package import ArgumentParser
import TrackingClient

/// `pivot alerts rules update`
package struct UpdateAlertRuleCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "update", abstract: "Change a rule; what is not named stays.",
        discussion: """
            What a rule watches and its condition stay: another rule is needed for those. Alerts that are active stay so \
            until the rule as it is now says that they are over.

            Examples:
              pivot alerts rules update rule_3f8a1c9d2b7e4605 --threshold 5 --for-points 3
              pivot alerts rules update rule_3f8a1c9d2b7e4605 --action notify --action stop
            """)

    @Argument(help: "The rule's id.")
    var rule: String
    @Option(help: "What the rule is called.")
    var name: String?
    @OptionGroup var options: AlertRuleOptions
    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    package init() {}

    package func validate() throws {
        guard options.values(name: name) != UpdatedAlertRule() else { throw ValidationError("Name what to change.") }
    }

    package func run() async throws {
        let changes = options.values(name: name)
        try await server.withClient { client in
            let changed = try await client.updateAlertRule(rule, changes)
            output.show(changed) { _ in ["Changed \(changed.id): \(AlertPresentation.condition(changed))."] }
        }
    }
}

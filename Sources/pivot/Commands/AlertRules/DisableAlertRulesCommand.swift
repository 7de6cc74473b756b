import API
package import ArgumentParser
import TrackingClient

/// `pivot alerts rules disable`
package struct DisableAlertRulesCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "disable", abstract: "Switch rules off; their alerts are over.",
        discussion: """
            Examples:
              pivot alerts rules disable rule_3f8a1c9d2b7e4605
            """)

    @Argument(help: "The rules' ids.")
    var rules: [String]
    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    package init() {}

    package func run() async throws {
        var changes = UpdatedAlertRule()
        changes.isEnabled = false
        try await server.withClient { client in
            for id in rules {
                let rule = try await client.updateAlertRule(id, changes)
                output.show(rule) { _ in ["Disabled \(rule.id) (\(DisplayText.safe(rule.ruleName)))."] }
            }
        }
    }
}

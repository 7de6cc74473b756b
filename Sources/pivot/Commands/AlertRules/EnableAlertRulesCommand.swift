import API
package import ArgumentParser
import TrackingClient

/// `pivot alerts rules enable`
package struct EnableAlertRulesCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "enable", abstract: "Switch rules on.",
        discussion: """
            Examples:
              pivot alerts rules enable rule_3f8a1c9d2b7e4605
            """)

    @Argument(help: "The rules' ids.")
    var rules: [String]
    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    package init() {}

    package func run() async throws {
        var changes = UpdatedAlertRule()
        changes.isEnabled = true
        try await server.withClient { client in
            for id in rules {
                let rule = try await client.updateAlertRule(id, changes)
                output.show(rule) { _ in ["Enabled \(rule.id) (\(DisplayText.safe(rule.ruleName)))."] }
            }
        }
    }
}

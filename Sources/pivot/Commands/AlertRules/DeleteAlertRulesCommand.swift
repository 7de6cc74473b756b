import API
package import ArgumentParser
import TrackingClient

/// `pivot alerts rules delete`
package struct DeleteAlertRulesCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "delete", abstract: "Delete rules; their alerts are over, and stay in the list.",
        discussion: """
            Examples:
              pivot alerts rules delete rule_3f8a1c9d2b7e4605
            """)

    @Argument(help: "The rules' ids.")
    var rules: [String]
    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    package init() {}

    package func run() async throws {
        try await server.withClient { client in
            for id in rules {
                let rule = try await client.deleteAlertRule(id)
                output.show(rule) { _ in ["Deleted \(rule.id) (\(DisplayText.safe(rule.ruleName)))."] }
            }
        }
    }
}

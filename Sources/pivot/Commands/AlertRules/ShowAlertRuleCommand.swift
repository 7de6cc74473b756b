import API
package import ArgumentParser
import TrackingClient

/// `pivot alerts rules show`
package struct ShowAlertRuleCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show one rule.",
        discussion: """
            Examples:
              pivot alerts rules show rule_3f8a1c9d2b7e4605
            """)

    @Argument(help: "The rule's id.")
    var rule: String
    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    package init() {}

    package func run() async throws {
        try await server.withClient { client in
            let info = try await client.alertRule(rule)
            output.show(info) { console in
                AlertPresentation.sheet(info, moment: console.moment).lines(nameStyle: console.dim)
            }
        }
    }
}

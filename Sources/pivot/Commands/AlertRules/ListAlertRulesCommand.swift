import API
package import ArgumentParser
import TrackingClient

/// `pivot alerts rules list`
package struct ListAlertRulesCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List the rules, those that a server has from its beginning among them.",
        discussion: """
            Examples:
              pivot alerts rules list
              pivot alerts rules list --json
            """)

    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    package init() {}

    package func run() async throws {
        try await server.withClient { client in
            let page = try await client.alertRules()
            output.show(page) { console in
                guard !page.rules.isEmpty else { return ["There are no rules."] }
                return AlertPresentation.table(page.rules).lines(
                    width: console.width, headingStyle: console.bold,
                    cellStyle: { $0 == "SEVERITY" ? console.style(ofSeverity: $1) : nil })
            }
        }
    }
}

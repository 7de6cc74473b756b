import API
package import ArgumentParser
import TrackingClient

/// `pivot webhooks list`
package struct ListWebhooksCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List webhooks.",
        discussion: """
            Examples:
              pivot webhooks list
              pivot webhooks list --json
            """)

    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    package init() {}

    package func run() async throws {
        try await server.withClient { client in
            let page = try await client.webhooks()
            output.show(page) { console in
                guard !page.webhooks.isEmpty else { return ["There are no webhooks."] }
                return WebhookPresentation.table(page.webhooks).lines(
                    width: console.width, headingStyle: console.bold)
            }
        }
    }
}

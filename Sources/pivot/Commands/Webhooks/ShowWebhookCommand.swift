import API
package import ArgumentParser
import TrackingClient

/// `pivot webhooks show`
package struct ShowWebhookCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show one webhook, and what is wrong with it.",
        discussion: """
            Examples:
              pivot webhooks show webhook_5n8c2v7x
            """)

    @Argument(help: "The webhook's id.")
    var webhook: String
    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    package init() {}

    package func run() async throws {
        try await server.withClient { client in
            let info = try await client.webhook(webhook)
            output.show(info) { console in
                WebhookPresentation.sheet(info, moment: console.moment).lines(nameStyle: console.dim)
            }
        }
    }
}

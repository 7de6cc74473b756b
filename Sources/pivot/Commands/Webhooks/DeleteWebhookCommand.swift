import API
package import ArgumentParser
import TrackingClient

/// `pivot webhooks delete`
package struct DeleteWebhookCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "delete", abstract: "Delete a webhook; nothing more is sent to its address.",
        discussion: """
            Examples:
              pivot webhooks delete webhook_5n8c2v7x
            """)

    @Argument(help: "The webhook's id.")
    var webhook: String
    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    package init() {}

    package func run() async throws {
        try await server.withClient { client in
            let deleted = try await client.deleteWebhook(webhook)
            output.show(deleted) { _ in ["Deleted \(deleted.id)."] }
        }
    }
}

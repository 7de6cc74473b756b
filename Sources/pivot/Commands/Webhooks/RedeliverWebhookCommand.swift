import API
package import ArgumentParser
import TrackingClient

/// `pivot webhooks redeliver`
package struct RedeliverWebhookCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "redeliver", abstract: "Have one event sent once more, under the same delivery id.",
        discussion: """
            Examples:
              pivot webhooks redeliver webhook_5n8c2v7x delivery_231_9c4e1f7a52d0b683
            """)

    @Argument(help: "The webhook's id.")
    var webhook: String
    @Argument(help: "The delivery's id.")
    var delivery: String
    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    package init() {}

    package func run() async throws {
        try await server.withClient { client in
            let info = try await client.redeliver(delivery, of: webhook)
            output.show(info) { _ in ["\(info.event) is sent again; its delivery is \(info.status)."] }
        }
    }
}

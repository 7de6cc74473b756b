import API
package import ArgumentParser
import TrackingClient

/// `pivot webhooks replay`
package struct ReplayWebhookCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "replay", abstract: "Have every event after a position of the log sent again.",
        discussion: """
            Deliveries keep their ids, so that a receiver knows those that it has had.

            Examples:
              pivot webhooks replay webhook_5n8c2v7x --after 1200
            """)

    @Argument(help: "The webhook's id.")
    var webhook: String
    @Option(help: ArgumentHelp("The position; 0 is before the first event.", valueName: "position"))
    var after: UInt64
    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    package init() {}

    package func run() async throws {
        try await server.withClient { client in
            let info = try await client.replayWebhook(webhook, after: after)
            output.show(info) { _ in ["Events after position \(after) are sent to \(info.id) again."] }
        }
    }
}

import API
package import ArgumentParser
import TrackingClient

/// `pivot webhooks resume`
package struct ResumeWebhooksCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "resume", abstract: "Have webhooks told again after a restore.",
        discussion: """
            A restored server tells webhooks nothing, since the server that the backup is of may have told them, or may \
            still run. What they have not been told by then is sent when they are resumed.

            Examples:
              pivot webhooks resume
            """)

    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    package init() {}

    package func run() async throws {
        try await server.withClient { client in
            let answer = try await client.resumeWebhooks()
            output.show(answer) { _ in [answer.message] }
        }
    }
}

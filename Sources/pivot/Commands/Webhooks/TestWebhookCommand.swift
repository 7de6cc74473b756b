import API
package import ArgumentParser
import TrackingClient

/// `pivot webhooks test`
package struct TestWebhookCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "test", abstract: "Send a test to a webhook's address at once.",
        discussion: """
            The exit status is 1 when it did not arrive.

            Examples:
              pivot webhooks test webhook_5n8c2v7x
            """)

    @Argument(help: "The webhook's id.")
    var webhook: String
    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    package init() {}

    package func run() async throws {
        try await server.withClient { client in
            let test = try await client.testWebhook(webhook)
            output.show(test) { _ in
                guard test.isSuccess else { return [] }
                let status = test.statusCode.map { " with \($0)" } ?? ""
                return ["It arrived and was answered\(status) in \(HumanFormat.number(test.responseTime)) ms."]
            }
            guard test.isSuccess else {
                let reason =
                    test.errorMessage ?? test.statusCode.map { "the answer was \($0)" } ?? "no reason was given"
                throw CommandFailure(.failed, "The test did not arrive: \(DisplayText.sentence(reason))")
            }
        }
    }
}

import API
package import ArgumentParser
import Tracking
import TrackingClient

/// `pivot webhooks create`
package struct CreateWebhookCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "create", abstract: "Have events sent to an address from now on.",
        discussion: """
            The events: \(Webhook.EventName.allCases.map(\.rawValue).joined(separator: ", ")). \
            * stands for any characters.

            \(SecretOptions.remark)

            Examples:
              pivot webhooks create https://example.org/hook --event "training_*" --generate-secret
              pivot webhooks create https://hooks.slack.com/services/T0/B0/x --event "alert_*" --format slack
              pivot webhooks create mailto:ana@example.org --event training_failed --event alert_triggered
              pivot webhooks create https://example.org/hook --event "*" --secret-stdin < secret.txt
            """)

    @Argument(help: "The address: https://…, http://… or mailto:….")
    var url: String
    @Option(help: ArgumentHelp("An event that is sent. May be repeated.", valueName: "name"))
    var event: [String]
    @Option(help: "The form of what is sent; by default pivot.")
    var format: Webhook.Format?
    @Option(help: "Only events of sessions for which this holds, in the filter language.")
    var filter: String?
    @OptionGroup var secret: SecretOptions
    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    package init() {}

    package func run() async throws {
        var new = NewWebhook()
        new.url = url
        new.events = event
        new.format = format
        new.filter = filter
        (new.secret, new.generatesSecret) = try secret.read()
        try await server.withClient { [new] client in
            let created = try await client.createWebhook(new)
            output.show(created) { console in
                WebhookPresentation.sheet(created, hasNewSecret: secret.generateSecret, moment: console.moment)
                    .lines(nameStyle: console.dim)
            }
        }
    }
}

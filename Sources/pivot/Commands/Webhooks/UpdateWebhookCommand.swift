import API
package import ArgumentParser
import Tracking
import TrackingClient

/// `pivot webhooks update`
package struct UpdateWebhookCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "update", abstract: "Change a webhook; what is not named stays.",
        discussion: """
            \(SecretOptions.remark)

            Examples:
              pivot webhooks update webhook_5n8c2v7x --event training_failed --event "alert_*"
              pivot webhooks update webhook_5n8c2v7x --disable
              pivot webhooks update webhook_5n8c2v7x --generate-secret
            """)

    @Argument(help: "The webhook's id.")
    var webhook: String
    @Option(name: .customLong("to"), help: ArgumentHelp("The address from now on.", valueName: "address"))
    var address: String?
    @Option(help: ArgumentHelp("An event that is sent, instead of those before. May be repeated.", valueName: "name"))
    var event: [String] = []
    @Option(help: "The form of what is sent.")
    var format: Webhook.Format?
    @Option(help: "Only events of sessions for which this holds, in the filter language; \"\" for all.")
    var filter: String?
    @Flag(help: "Send events to it again, from now on.")
    var enable = false
    @Flag(help: "Send nothing to it for now.")
    var disable = false
    @OptionGroup var secret: SecretOptions
    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    package init() {}

    package func validate() throws {
        guard !enable || !disable else { throw ValidationError("Give --enable or --disable, not both.") }
        guard
            address != nil || !event.isEmpty || format != nil || filter != nil || enable || disable
                || secret.secretStdin || secret.generateSecret
        else { throw ValidationError("Name what to change.") }
    }

    package func run() async throws {
        var changes = UpdatedWebhook()
        changes.url = address
        changes.events = event.isEmpty ? nil : event
        changes.format = format
        changes.filter = filter
        changes.isEnabled = enable ? true : disable ? false : nil
        (changes.secret, changes.generatesSecret) = try secret.read()
        try await server.withClient { [changes] client in
            let changed = try await client.updateWebhook(webhook, changes)
            output.show(changed) { console in
                WebhookPresentation.sheet(changed, hasNewSecret: secret.generateSecret, moment: console.moment)
                    .lines(nameStyle: console.dim)
            }
        }
    }
}

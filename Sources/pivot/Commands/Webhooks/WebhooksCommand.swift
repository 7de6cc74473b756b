package import ArgumentParser

/// `pivot webhooks`
package struct WebhooksCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "webhooks", abstract: "Have events sent to addresses, and see what became of them.",
        subcommands: [
            ListWebhooksCommand.self, CreateWebhookCommand.self, ShowWebhookCommand.self, UpdateWebhookCommand.self,
            DeleteWebhookCommand.self, TestWebhookCommand.self, WebhookDeliveriesCommand.self,
            RedeliverWebhookCommand.self, ReplayWebhookCommand.self, ResumeWebhooksCommand.self,
        ], defaultSubcommand: ListWebhooksCommand.self)

    package init() {}
}

import API
package import ArgumentParser
import TrackingClient

/// `pivot webhooks deliveries`
package struct WebhookDeliveriesCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "deliveries", abstract: "List what was sent to a webhook, newest events first, or show one.",
        discussion: """
            Examples:
              pivot webhooks deliveries webhook_5n8c2v7x
              pivot webhooks deliveries webhook_5n8c2v7x --status failed --limit 10 --json
              pivot webhooks deliveries webhook_5n8c2v7x delivery_231_9c4e1f7a52d0b683
            """)

    package enum Status: String, CaseIterable, ExpressibleByArgument { case delivered, retrying, failed, pending }

    @Argument(help: "The webhook's id.")
    var webhook: String
    @Argument(help: "Show this delivery, with what is sent.")
    var delivery: String?
    @Option(help: "Only deliveries with this status.")
    var status: Status?
    @Option(help: "The maximum number of deliveries to list, up to 1,000.")
    var limit = 100
    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    package init() {}

    package func validate() throws {
        try NumberOption.check("--limit", limit, 1...1000)
    }

    package func run() async throws {
        try await server.withClient { client in
            if let delivery {
                let info = try await client.delivery(delivery, of: webhook)
                output.show(info) { console in
                    WebhookPresentation.sheet(info, moment: console.moment).lines(nameStyle: console.dim)
                }
                return
            }
            let page = try await client.deliveries(of: webhook, status: status?.rawValue, limit: limit)
            output.show(page) { console in
                guard !page.deliveries.isEmpty else { return ["There are no such deliveries."] }
                return WebhookPresentation.table(page.deliveries, moment: console.moment).lines(
                    width: console.width, headingStyle: console.bold)
                    + [console.dim("\(page.deliveredCount) delivered, \(page.failedCount) failed in all")]
            }
        }
    }
}

import API
package import ArgumentParser
import TrackingClient

/// `pivot alerts resolve`
package struct ResolveAlertsCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "resolve", abstract: "End alerts by hand.",
        discussion: """
            An alert ends by itself once its rule no longer holds. One that was ended by hand is raised again when its \
            rule still holds after the rule's cooldown.

            Examples:
              pivot alerts resolve alert_231_0c4d1f7a92be6538
              pivot alerts resolve alert_231_0c4d1f7a92be6538 --by ana --notes "Expected: a new data set."
            """)

    @OptionGroup var options: RemarkOptions
    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    package init() {}

    package func run() async throws {
        try await server.withClient { client in
            for id in options.alerts {
                let alert = try await client.resolveAlert(id, options.remark)
                output.show(alert) { _ in ["Resolved \(alert.id)."] }
            }
        }
    }
}

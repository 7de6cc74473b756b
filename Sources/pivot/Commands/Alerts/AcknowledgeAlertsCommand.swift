import API
package import ArgumentParser
import TrackingClient

/// `pivot alerts ack`
package struct AcknowledgeAlertsCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "ack", abstract: "Say that alerts are seen; they stay until they are over.",
        discussion: """
            Examples:
              pivot alerts ack alert_231_0c4d1f7a92be6538
              pivot alerts ack alert_231_0c4d1f7a92be6538 --by ana --notes "The data are being repaired."
            """)

    @OptionGroup var options: RemarkOptions
    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    package init() {}

    package func run() async throws {
        try await server.withClient { client in
            for id in options.alerts {
                let alert = try await client.acknowledgeAlert(id, options.remark)
                output.show(alert) { _ in ["Acknowledged \(alert.id)."] }
            }
        }
    }
}

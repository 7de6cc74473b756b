import API
package import ArgumentParser
import TrackingClient

/// `pivot alerts show`
package struct ShowAlertCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show one alert, now or as it was.",
        discussion: """
            Examples:
              pivot alerts show alert_231_0c4d1f7a92be6538
              pivot alerts show alert_231_0c4d1f7a92be6538 --json
            """)

    @Argument(help: "The alert's id.")
    var alert: String
    @OptionGroup var past: PastOption
    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    package init() {}

    package func run() async throws {
        try await server.withClient { client in
            let info = try await client.alert(alert, asOf: past.moment)
            output.show(info) { console in
                AlertPresentation.sheet(info, moment: console.moment).lines(nameStyle: console.dim)
            }
        }
    }
}

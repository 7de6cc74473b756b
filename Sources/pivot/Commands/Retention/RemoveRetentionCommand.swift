import API
package import ArgumentParser
import TrackingClient

/// `pivot retention remove`
package struct RemoveRetentionCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "remove", abstract: "Remove a rule; what it took away stays away.",
        discussion: """
            Examples:
              pivot retention remove old-telemetry
            """)

    @Argument(help: "The rule's name.")
    var name: String
    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    package init() {}

    package func run() async throws {
        try await server.withClient { client in
            let rule = try await client.deleteRetentionRule(name)
            output.show(rule) { _ in ["Removed \(rule.ruleName): \(RetentionPresentation.words(rule))."] }
        }
    }
}

import API
package import ArgumentParser
import TrackingClient

/// `pivot retention list`
package struct ListRetentionCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List the rules, now or at a past moment.",
        discussion: """
            Examples:
              pivot retention list
              pivot retention list --as-of 2026-05-03 --json
            """)

    @OptionGroup var past: PastOption
    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    package init() {}

    package func run() async throws {
        try await server.withClient { client in
            let list = try await client.retentionRules(asOf: past.moment)
            output.show(list) { console in
                guard !list.rules.isEmpty else {
                    return ["There are no retention rules: everything is kept."]
                }
                return RetentionPresentation.table(list.rules, moment: console.moment).lines(
                    width: console.width, headingStyle: console.bold)
            }
        }
    }
}

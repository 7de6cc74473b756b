import API
package import ArgumentParser
import TrackingClient

/// `pivot retention preview`
package struct PreviewRetentionCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "preview", abstract: "Show what the rules would take away now, and from which sessions.",
        discussion: """
            Examples:
              pivot retention preview
              pivot retention preview --limit 1000 --json
            """)

    @Option(help: "The maximum number of sessions to show, up to 1,000.")
    var limit = 100
    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    package init() {}

    package func validate() throws { try NumberOption.check("--limit", limit, 1...1000) }

    package func run() async throws {
        try await server.withClient { client in
            let report = try await client.previewRetention(limit: limit)
            output.show(report) { console in
                guard !report.sessions.isEmpty else { return ["The rules would take nothing now."] }
                return RetentionPresentation.table(report.sessions).lines(
                    width: console.width, headingStyle: console.bold)
                    + ["", "\(RetentionPresentation.amount(report)) would go."]
                    + (report.hasMore ? [console.dim("There are more sessions; --limit shows more of them.")] : [])
            }
        }
    }
}

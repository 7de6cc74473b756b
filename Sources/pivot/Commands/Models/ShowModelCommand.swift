import API
package import ArgumentParser
import TrackingClient

/// `pivot models show`
package struct ShowModelCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show a model's aliases and all that happened to them.",
        discussion: """
            Examples:
              pivot models show detector
              pivot models show detector --as-of 2026-05-03T12:00:00Z
              pivot models show detector --json
            """)

    @Argument(help: "The model's name.")
    var name: String
    @OptionGroup var past: PastOption
    @Option(help: "The maximum number of changes to show, up to 1,000.")
    var limit = 100
    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    package init() {}

    package func validate() throws { try NumberOption.check("--limit", limit, 1...1000) }

    package func run() async throws {
        try await server.withClient { client in
            let model = try await client.model(name, asOf: past.moment, limit: limit)
            output.show(model) { console in
                var lines: [String] = []
                if model.aliases.isEmpty {
                    lines.append("\(model.modelName) has no alias.")
                } else {
                    lines += ModelPresentation.table(model.aliases, moment: console.moment).lines(
                        width: console.width, headingStyle: console.bold)
                }
                lines.append("")
                lines += ModelPresentation.history(model.history, moment: console.moment).lines(
                    width: console.width, headingStyle: console.bold)
                if model.total > model.history.count {
                    lines.append(console.dim("the newest \(model.history.count) of \(model.total) changes"))
                }
                return lines
            }
        }
    }
}

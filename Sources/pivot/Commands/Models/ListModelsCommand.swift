import API
package import ArgumentParser
import TrackingClient

/// `pivot models list`
package struct ListModelsCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List models and what their aliases point at, now or at a past moment.",
        discussion: """
            Examples:
              pivot models list
              pivot models list --as-of 2026-05-03
              pivot models list --limit 20 --json
            """)

    @OptionGroup var past: PastOption
    @Option(help: "The maximum number of models to list, up to 1,000.")
    var limit = 100
    @Option(help: "The number of models to leave out before the first.")
    var offset = 0
    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    package init() {}

    package func validate() throws {
        try NumberOption.check("--limit", limit, 1...1000)
        try NumberOption.check("--offset", offset, 0...Int.max)
    }

    package func run() async throws {
        try await server.withClient { client in
            let list = try await client.models(
                asOf: past.moment, limit: limit, offset: offset)
            output.show(list) { console in
                guard !list.models.isEmpty else {
                    return [
                        "There are no models. Make one with: \(ProgramName.typed) models promote NAME@ALIAS CHECKPOINT"
                    ]
                }
                let lines = ModelPresentation.table(list.models, moment: console.moment).lines(
                    width: console.width, headingStyle: console.bold)
                return list.total > list.models.count
                    ? lines + [console.dim("\(list.models.count) of \(list.total) models")] : lines
            }
        }
    }
}

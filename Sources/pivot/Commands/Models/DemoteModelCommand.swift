import API
package import ArgumentParser
import Tracking
import TrackingClient

/// `pivot models demote`
package struct DemoteModelCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "demote", abstract: "Take a model's alias away; what it pointed at stays.",
        discussion: """
            Examples:
              pivot models demote detector@staging --reason 'released'
              pivot models demote detector@production --expect ckpt_4k7q2m9x --reason 'withdrawn'
            """)

    @Argument(help: ArgumentHelp("The alias.", valueName: "name@alias"))
    var reference: Model.Reference
    @Option(help: "Why, in 1 to 1,024 bytes.")
    var reason: String
    @Option(help: "Who does it; by default the name of your user here.")
    var by: String?
    @Option(help: "The checkpoint that the alias must point at until then.")
    var expect: String?
    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    package init() {}

    package func run() async throws {
        try await server.withClient { client in
            let alias = try await client.removeModelAlias(
                reference, reason: reason, by: ModelSpeaker.name(by), expected: expect)
            output.show(alias) { _ in ["\(reference) is removed; it was \(alias.checkpointID) of \(alias.sessionID)."] }
        }
    }
}

import API
package import ArgumentParser
import TrackingClient

/// `pivot checkpoints delete`
package struct DeleteCheckpointCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "delete", abstract: "Delete checkpoints; they can no longer be downloaded or resumed from.",
        discussion: """
            Examples:
              pivot checkpoints delete ckpt_4k7q2m9x
              pivot checkpoints delete ckpt_4k7q2m9x ckpt_9w3e5r7t --json
            """)

    @Argument(help: "The checkpoints' ids.")
    var checkpoints: [String]
    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    package init() {}

    package func run() async throws {
        try await server.withClient { client in
            for id in checkpoints {
                let deleted = try await client.deleteCheckpoint(id)
                output.show(deleted) { _ in ["Deleted \(deleted.id)."] }
            }
        }
    }
}

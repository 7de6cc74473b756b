import API
package import ArgumentParser
import Tracking
import TrackingClient

/// `pivot models download`
package struct DownloadModelCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "download",
        abstract: "Download the checkpoint that an alias points at, verified against its digest.",
        discussion: """
            Examples:
              pivot models download detector@production
              pivot models download detector@production --output models/ --force
              pivot models download detector@production --as-of 2026-05-03
            """)

    @Argument(help: ArgumentHelp("The alias.", valueName: "name@alias"))
    var reference: Model.Reference
    @OptionGroup var past: PastOption
    @OptionGroup var download: CheckpointDownload
    @OptionGroup var server: ServerOptions
    @Flag(help: "Print the checkpoint's JSON instead of a sentence.")
    var json = false

    package init() {}

    package func run() async throws {
        try await server.withClient { client in
            let alias = try await client.modelAlias(reference, asOf: past.moment)
            try await download.run(try await client.checkpoint(alias.checkpointID), client, json: json)
        }
    }
}

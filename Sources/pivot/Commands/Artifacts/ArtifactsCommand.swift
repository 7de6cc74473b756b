package import ArgumentParser

/// `pivot artifacts`
package struct ArtifactsCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "artifacts", abstract: "List, upload and download files of a session.",
        subcommands: [ListArtifactsCommand.self, UploadArtifactCommand.self, DownloadArtifactCommand.self])

    package init() {}
}

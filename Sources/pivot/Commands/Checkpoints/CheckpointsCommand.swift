package import ArgumentParser

/// `pivot checkpoints`
package struct CheckpointsCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "checkpoints", abstract: "List, download, upload and delete saved model states.",
        subcommands: [
            ListCheckpointsCommand.self, DownloadCheckpointCommand.self, UploadCheckpointCommand.self,
            DeleteCheckpointCommand.self, PruneCheckpointsCommand.self,
        ])

    package init() {}
}

package import ArgumentParser

/// `pivot models`
package struct ModelsCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "models",
        abstract: "Say which checkpoints models consist of, by aliases such as detector@production.",
        subcommands: [
            ListModelsCommand.self, ShowModelCommand.self, PromoteModelCommand.self, DemoteModelCommand.self,
            DownloadModelCommand.self,
        ])

    package init() {}
}

package import ArgumentParser

/// `pivot import wandb`
package struct ImportWandBCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "wandb", abstract: "Import offline runs of W&B.",
        discussion: """
            Reads what W&B has written to disk; its package is not needed. A run comes with its config, history, summary \
            as results, tags, notes, output, pictures, histograms and files.

            Examples:
              pivot import wandb wandb
              pivot import wandb wandb/offline-run-20260131_120000-a1b2c3d4 --tag moved
            """)

    @Argument(help: ArgumentHelp("A folder wandb, a run's folder, or a file run-….wandb.", valueName: "dir"))
    var sources: [String]
    @OptionGroup var options: ForeignImport

    package init() {}

    package func run() async throws { try await options.run("wandb", sources) }
}

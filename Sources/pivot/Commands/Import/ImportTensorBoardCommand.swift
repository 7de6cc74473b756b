package import ArgumentParser

/// `pivot import tensorboard`
package struct ImportTensorBoardCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "tensorboard", abstract: "Import TensorBoard's event files.",
        discussion: """
            Each folder with event files is a run, called by its path below the one given, and becomes a session with \
            its scalars, images, histograms, texts and hyperparameters.

            Examples:
              pivot import tensorboard runs
              pivot import tensorboard runs --experiment mnist --follow
            """)

    @Argument(help: ArgumentHelp("Folders with event files, or folders of such.", valueName: "dir"))
    var sources: [String]
    @Flag(help: "Go on importing what is written, until Ctrl-C.")
    var follow = false
    @OptionGroup var options: ForeignImport

    package init() {}

    package func run() async throws {
        try await options.run("tensorboard", sources, options: follow ? ["--follow"] : [])
    }
}

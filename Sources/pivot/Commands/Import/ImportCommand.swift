package import ArgumentParser

/// `pivot import`
package struct ImportCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "import", abstract: "Bring in sessions of other servers, and runs of other trackers.",
        discussion: """
            session takes over a session that `export session` wrote on another server, with its ids. The others make a \
            session of each run that another tracker recorded; they are modules of the Python client pivot-tracker, which \
            is run with PIVOT_PYTHON, else python3, and must be installed there (pip install tools/python in a checkout \
            of PIVOT). Imported again, nothing is repeated: what has come since is added.
            """,
        subcommands: [
            ImportSessionCommand.self, ImportTensorBoardCommand.self, ImportCSVCommand.self, ImportMLflowCommand.self,
            ImportWandBCommand.self,
        ])

    package init() {}
}

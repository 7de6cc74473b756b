package import ArgumentParser

/// `pivot import mlflow`
package struct ImportMLflowCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "mlflow", abstract: "Import the runs of MLflow.",
        discussion: """
            From a file mlflow.db, a folder mlruns, or a server's address: experiments, nested runs as groups, params, \
            tags, all of the history, artifacts and models. What is kept in another database comes through its server.

            Examples:
              pivot import mlflow mlruns
              pivot import mlflow http://localhost:5000 --experiment lidc
            """)

    @Argument(help: ArgumentHelp("A mlflow.db, a folder mlruns, or a server's address.", valueName: "file-or-uri"))
    var sources: [String]
    @OptionGroup var options: ForeignImport

    package init() {}

    package func run() async throws { try await options.run("mlflow", sources) }
}

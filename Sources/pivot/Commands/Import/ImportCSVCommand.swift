package import ArgumentParser

/// `pivot import csv`
package struct ImportCSVCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "csv", abstract: "Import metrics from CSV files.",
        discussion: """
            A file has a row for each point, with columns for the metric, the value and the step or epoch, or a column \
            for each metric. The columns are known by their usual names, or named by options; --step-column '#' counts \
            the rows.

            Examples:
              pivot import csv metrics.csv
              pivot import csv results --step-column iteration --time-column when
            """)

    @Argument(help: ArgumentHelp("CSV files, or folders of them.", valueName: "file"))
    var sources: [String]
    @Option(help: ArgumentHelp("The column of the runs.", valueName: "name"))
    var runColumn: String?
    @Option(help: ArgumentHelp("The column of the metrics.", valueName: "name"))
    var metricColumn: String?
    @Option(help: ArgumentHelp("The column of the steps, or '#' to count the rows.", valueName: "name"))
    var stepColumn: String?
    @Option(help: ArgumentHelp("The column of the epochs.", valueName: "name"))
    var epochColumn: String?
    @Option(help: ArgumentHelp("The column of the times.", valueName: "name"))
    var timeColumn: String?
    @Option(help: ArgumentHelp("The column of the values.", valueName: "name"))
    var valueColumn: String?
    @OptionGroup var options: ForeignImport

    package init() {}

    package func run() async throws {
        let columns = [
            ("run", runColumn), ("metric", metricColumn), ("step", stepColumn), ("epoch", epochColumn),
            ("time", timeColumn), ("value", valueColumn),
        ]
        try await options.run(
            "csv", sources, options: columns.compactMap { role, name in name.map { "--\(role)-column=\($0)" } })
    }
}

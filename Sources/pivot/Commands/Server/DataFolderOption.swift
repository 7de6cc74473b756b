import ArgumentParser

/// The data directory of a server in the background.
package struct DataFolderOption: ParsableArguments {
    @Option(
        name: .customLong("data-dir"),
        help: ArgumentHelp(
            "The server's data directory; by default PIVOT_DATA_DIR, else ~/.local/share/pivot.", valueName: "folder"))
    var dataDirectory: String?

    package init() {}

    var folder: String { dataDirectory ?? DataFolder.standard() }
}

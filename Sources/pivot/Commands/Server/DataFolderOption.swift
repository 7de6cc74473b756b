import ArgumentParser
import Foundation

/// The data directory of a server in the background.
package struct DataFolderOption: ParsableArguments {
    @Option(
        name: .customLong("data-dir"),
        help: ArgumentHelp(
            "The server's data directory; by default PIVOT_DATA_DIR, else ~/.local/share/pivot.", valueName: "folder"))
    var dataDirectory: String?

    package init() {}

    var folder: String { dataDirectory ?? DataFolder.standard() }

    /// The folder, which is there.
    ///
    /// - Throws: `usage` when it is not.
    func existingFolder() throws -> String {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: folder, isDirectory: &isFolder), isFolder.boolValue else {
            throw CommandFailure(.usage, "There is no data directory \(folder). Specify one with --data-dir.")
        }
        return folder
    }
}

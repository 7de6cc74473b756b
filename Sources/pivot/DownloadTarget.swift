import Foundation

/// The place that a download is written to.
package enum DownloadTarget {
    /// The path for a file called `name`: `output` when it is given and no folder, else the name in that folder or
    /// here. The name's own folders are dropped. Throws `usage` when a file is there and may not be replaced.
    package static func path(output: String?, name: String, mayReplace: Bool) throws(CommandFailure) -> String {
        var last = name.split(whereSeparator: { $0 == "/" || $0 == "\\" }).last.map(String.init) ?? ""
        if last.isEmpty || last == "." || last == ".." { last = "download" }
        last = DisplayText.safe(last)
        var isFolder: ObjCBool = false
        let path: String
        if let output {
            let exists = FileManager.default.fileExists(atPath: output, isDirectory: &isFolder)
            path =
                (exists && isFolder.boolValue) || output.hasSuffix("/")
                ? output + (output.hasSuffix("/") ? "" : "/") + last : output
        } else {
            path = last
        }
        // A finished download is renamed to its place; that must never take the place of a device or a pipe.
        guard isFileOrMissing(path) else {
            throw CommandFailure(.usage, "\(path) is not a file. Choose another with --output.")
        }
        guard mayReplace || !FileManager.default.fileExists(atPath: path) else {
            throw CommandFailure(
                .usage, "\(path) already exists. Choose another with --output, or replace it with --force.")
        }
        return path
    }

    private static func isFileOrMissing(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) != 0 || status.st_mode & S_IFMT == S_IFREG
    }
}

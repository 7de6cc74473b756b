import Foundation

/// The folder in which a server keeps its data unless another one is named: the same for all commands of a user, wherever
/// they are run.
enum DataFolder {
    /// `PIVOT_DATA_DIR`, else `pivot` in the user's folder for data, which is `XDG_DATA_HOME` or `~/.local/share`.
    static func standard(_ environment: [String: String] = ProcessInfo.processInfo.environment) -> String {
        func value(_ name: String) -> String? { environment[name].flatMap { $0.isEmpty ? nil : $0 } }
        if let folder = value("PIVOT_DATA_DIR") { return folder }
        if let data = value("XDG_DATA_HOME") { return data + "/pivot" }
        let home = value("HOME") ?? FileManager.default.homeDirectoryForCurrentUser.path
        return home + "/.local/share/pivot"
    }

    /// The file to which a server in the background writes its log.
    static func logFile(in folder: String) -> String { folder + "/server.log" }
}

import Foundation

/// The programs that may be started, each by one path: exactly the file that the list names, or that a bare name of the
/// list meant when the list was made.
///
/// Paths are compared as they are written. Links and `..` are not resolved, so a link to an allowed program is another
/// program: what a file does may depend on the name and the folder it is called by.
package struct AllowedCommands: Equatable, Sendable {
    /// The reason that a program may not be started.
    package struct Refusal: Error, Equatable, Sendable, CustomStringConvertible {
        package let description: String
    }

    /// The full paths that may be executed.
    package let paths: [String]
    private let searchPath: String

    /// - Parameters:
    ///   - entries: Full paths, and bare names, which are looked up now. Entries that name nothing are left out.
    ///   - searchPath: The folders that bare names are looked up in, as `PATH` gives them.
    package init(_ entries: [String], searchPath: String) {
        self.searchPath = searchPath
        paths = entries.compactMap { entry in
            if entry.hasPrefix("/") { return entry }
            return entry.contains("/") ? nil : Self.lookUp(entry, in: searchPath)
        }
    }

    /// The entries of a list that name no program: relative paths, and bare names that are in no folder.
    package static func unusable(_ entries: [String], searchPath: String) -> [String] {
        entries.filter { entry in
            !entry.hasPrefix("/") && (entry.contains("/") || lookUp(entry, in: searchPath) == nil)
        }
    }

    /// The path to execute for a program as a configuration names it: a full path, or a bare name.
    /// - Parameter isUnlimited: True when the list need not have it.
    /// - Throws: when the list does not have it, with what to do.
    package func path(of program: String, isUnlimited: Bool = false) throws(Refusal) -> String {
        var path = program
        if !program.hasPrefix("/") {
            guard !program.contains("/") else {
                throw Refusal(
                    description:
                        "the program '\(program)' is named by a relative path; give its full path, or the bare name "
                        + "of a program in PATH")
            }
            guard let found = Self.lookUp(program, in: searchPath) else {
                throw Refusal(
                    description:
                        "there is no program '\(program)' in the server's PATH; install it, or give its full path")
            }
            path = found
        }
        guard isUnlimited || paths.contains(path) else {
            let list = paths.isEmpty ? "none is allowed" : "allowed: " + paths.joined(separator: ", ")
            throw Refusal(
                description: "the program '\(path)' is not one that this server may start (\(list)); add it to "
                    + "allowed_commands in the server's configuration, or restart the server in the background with: "
                    + "pivot server stop && pivot server start --allow-command \(program)")
        }
        return path
    }

    /// The first executable file of that name in the folders of `searchPath`; relative folders are passed over.
    package static func lookUp(_ name: String, in searchPath: String) -> String? {
        guard !name.isEmpty else { return nil }
        for folder in searchPath.split(separator: ":") where folder.hasPrefix("/") {
            let path = folder.hasSuffix("/") ? "\(folder)\(name)" : "\(folder)/\(name)"
            var isFolder: ObjCBool = false
            guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), !isFolder.boolValue,
                access(path, X_OK) == 0
            else { continue }
            return path
        }
        return nil
    }
}

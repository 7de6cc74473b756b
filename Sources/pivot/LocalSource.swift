import Text

/// A file of this machine that a command was told to read.
enum LocalSource {
    /// - Throws: `CommandFailure` with the status `usage` when the file cannot be read.
    static func check(_ path: String) throws(CommandFailure) {
        do {
            _ = try RegularFile.open(path)
        } catch {
            throw CommandFailure(.usage, "\(path) \(error).")
        }
    }
}

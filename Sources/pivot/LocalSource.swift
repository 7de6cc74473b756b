import Foundation
import Text

/// A file of this machine that a command was told to read.
enum LocalSource {
    /// - Throws: `CommandFailure` with the status `usage` when the file cannot be read.
    static func check(_ path: String) throws(CommandFailure) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else {
            throw CommandFailure(.usage, "\(path) cannot be read: \(FileFault.words(ofCode: errno)).")
        }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw CommandFailure(.usage, "\(path) is not a regular file. Give a file.")
        }
    }
}

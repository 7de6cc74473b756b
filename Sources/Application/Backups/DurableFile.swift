import Foundation
import Glibc
import Text

/// Small files that are there whole or not at all, and on disk when a call returns.
package enum DurableFile {
    /// Puts `bytes` in the place of the file at `path`, readable by its owner alone.
    package static func write(_ bytes: [UInt8], to path: String) throws(BackupError) {
        let fresh = path + ".new"
        let descriptor = open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw failure("write", fresh) }
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            guard count >= 0 || errno == EINTR else {
                defer { close(descriptor) }
                throw failure("write", fresh)
            }
            rest = rest.dropFirst(max(0, count))
        }
        let isSynced = fsync(descriptor) == 0
        close(descriptor)
        guard isSynced, rename(fresh, path) == 0 else { throw failure("write", path) }
        try sync(folderOf: path)
    }

    /// Removes the file at `path`; one that is missing is not an error.
    package static func remove(_ path: String) throws(BackupError) {
        guard unlink(path) == 0 || errno == ENOENT else { throw failure("remove", path) }
        try sync(folderOf: path)
    }

    private static func sync(folderOf path: String) throws(BackupError) {
        let folder = (path as NSString).deletingLastPathComponent
        let descriptor = open(folder.isEmpty ? "." : folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure("open", folder) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw failure("sync", folder) }
    }

    private static func failure(_ what: String, _ path: String) -> BackupError {
        BackupError(
            .failed, "Could not \(what) \(path): \(String(cString: strerror(errno))). Check the disk and who owns it.")
    }
}

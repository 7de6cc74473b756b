import Foundation
import Text

/// A small file that is whole or not there, whatever happens, and that only its owner can read.
package struct DurableFile: Sendable {
    /// What the system refused: what happened, to what, and what to do.
    package struct Failure: Error, Equatable, Sendable, CustomStringConvertible {
        package let description: String
    }

    package let path: String

    package init(_ path: String) { self.path = path }

    /// Its bytes; nil when there is none.
    ///
    /// - Throws: When it cannot be read, or has more than `byteCount`.
    package func read(upTo byteCount: Int = 1 << 20) throws(Failure) -> [UInt8]? {
        guard FileManager.default.fileExists(atPath: path) else { return nil }
        do throws(RegularFile.Fault) {
            return try RegularFile.contents(of: path, upTo: byteCount)
        } catch {
            throw Failure(description: "The file \(path) \(error). Check who owns it.")
        }
    }

    /// True when others than its owner can read or write it.
    ///
    /// - Throws: When the system does not tell.
    package func isOpenToOthers() throws(Failure) -> Bool {
        var information = stat()
        guard stat(path, &information) == 0 else {
            throw Failure(description: "The file \(path) cannot be looked at.")
        }
        return information.st_mode & 0o077 != 0
    }

    /// Returns once the file has `bytes`, on disk. Until then it has what it had before.
    package func write(_ bytes: [UInt8]) throws(Failure) {
        let fresh = path + ".new"
        // One that was cut short may lie there, with other rights.
        unlink(fresh)
        try make(fresh, bytes)
        guard rename(fresh, path) == 0 else { throw failure("renamed") }
        try syncFolder()
    }

    /// Returns once there is no such file, on disk. One that is missing is not an error.
    package func remove() throws(Failure) {
        guard unlink(path) == 0 || errno == ENOENT else { throw failure("removed") }
        try syncFolder()
    }

    private func make(_ path: String, _ bytes: [UInt8]) throws(Failure) {
        let file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw failure("created") }
        defer { close(file) }
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Foundation.write(file, $0.baseAddress, $0.count) }
            guard count > 0 || errno == EINTR else { throw failure("written") }
            rest = rest.dropFirst(max(0, count))
        }
        guard fsync(file) == 0 else { throw failure("synced") }
    }

    private func syncFolder() throws(Failure) {
        let path = (path as NSString).deletingLastPathComponent
        let folder = open(path.isEmpty ? "." : path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard folder >= 0 else { throw failure("synced") }
        defer { close(folder) }
        guard fsync(folder) == 0 else { throw failure("synced") }
    }

    private func failure(_ what: String) -> Failure {
        Failure(
            description:
                "The file \(path) could not be \(what): \(FileFault.words(ofCode: errno)). Check the disk and "
                + "who owns it.")
    }
}

import EventLog
import Foundation
import Glibc
import Text

/// A small file that is replaced as a whole: whatever happens, its old content is there or the new one.
enum WholeFile {
    /// Returns once `bytes` are on disk at `path` under its name, with the permissions `mode`.
    static func write(_ bytes: [UInt8], to path: String, mode: mode_t = 0o644) throws(StorageError) {
        let fresh = path + ".new"
        let descriptor = open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode)
        guard descriptor >= 0 else { throw failure(path) }
        var isWritten = fchmod(descriptor, mode) == 0
        var start = 0
        while isWritten, start < bytes.count {
            let count = bytes.withUnsafeBytes {
                Glibc.write(descriptor, $0.baseAddress?.advanced(by: start), bytes.count - start)
            }
            if count < 0 && errno == EINTR { continue }
            isWritten = count >= 0
            start += max(0, count)
        }
        isWritten = isWritten && fsync(descriptor) == 0
        let code = errno
        close(descriptor)
        guard isWritten else { throw failure(path, code) }
        guard rename(fresh, path) == 0 else { throw failure(path) }
        try synchronizeFolder(of: path)
    }

    /// The bytes of the file at `path`; nil when there is none.
    static func read(_ path: String, upTo byteCount: Int) throws(StorageError) -> [UInt8]? {
        guard FileManager.default.fileExists(atPath: path) else { return nil }
        do throws(RegularFile.Fault) {
            return try RegularFile.contents(of: path, upTo: byteCount)
        } catch {
            throw StorageError(.failed, "\(path) \(error).")
        }
    }

    private static func synchronizeFolder(of path: String) throws(StorageError) {
        let folder = (path as NSString).deletingLastPathComponent
        let descriptor = open(folder.isEmpty ? "." : folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure(folder) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw failure(folder) }
    }

    private static func failure(_ path: String, _ code: Int32 = errno) -> StorageError {
        StorageError(
            .failed,
            "\(path) could not be written: \(FileFault.words(ofCode: code)). Check the path and who owns it.")
    }
}

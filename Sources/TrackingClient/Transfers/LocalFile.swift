import Foundation
import NIOPosix
import Text

/// An open file, closed when the last reference goes. Its blocking calls belong on `LocalFile.run`.
package final class LocalFile: Sendable {
    package let path: String
    private let descriptor: Int32

    /// Opens the file at `path` with the flags of open(2). Throws `file`.
    package init(_ path: String, flags: Int32) throws(ClientError) {
        self.path = path
        descriptor = open(path, flags | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw LocalFile.failure("opened", path) }
    }

    deinit { close(descriptor) }

    /// Runs `body` where blocking is allowed.
    static func run<Result: Sendable>(
        _ body: @escaping @Sendable () throws -> Result
    ) async throws(ClientError) -> Result {
        do {
            return try await NIOThreadPool.singleton.runIfActive(body)
        } catch let error as ClientError {
            throw error
        } catch {
            throw ClientError(.cancelled, "The file operation was cancelled.")
        }
    }

    /// The size now.
    package func byteCount() throws(ClientError) -> Int64 {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw LocalFile.failure("examined", path) }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw ClientError(.file, "\(path) is not a regular file. Choose another.")
        }
        return Int64(status.st_size)
    }

    /// Stands at `offset`.
    package func seek(to offset: Int64) throws(ClientError) {
        guard lseek(descriptor, off_t(offset), SEEK_SET) >= 0 else { throw LocalFile.failure("read", path) }
    }

    /// The next at most `count` bytes; none at the end.
    package func read(upTo count: Int) throws(ClientError) -> [UInt8] {
        var result = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
            repeat {
                result = Foundation.read(descriptor, buffer.baseAddress, count)
            } while result < 0 && errno == EINTR
            initialized = max(0, result)
        }
        guard result >= 0 else { throw LocalFile.failure("read", path) }
        return bytes
    }

    /// Writes all of `bytes` where the file stands.
    package func write(_ bytes: [UInt8]) throws(ClientError) {
        var written = 0
        while written < bytes.count {
            let result = bytes.withUnsafeBytes { buffer in
                Foundation.write(descriptor, buffer.baseAddress?.advanced(by: written), bytes.count - written)
            }
            if result < 0 && errno == EINTR { continue }
            guard result >= 0 else { throw LocalFile.failure("written", path) }
            written += result
        }
    }

    /// Shortens the file to its first `byteCount` bytes, and stands behind them.
    package func truncate(to byteCount: Int64 = 0) throws(ClientError) {
        guard ftruncate(descriptor, off_t(byteCount)) == 0, lseek(descriptor, off_t(byteCount), SEEK_SET) >= 0 else {
            throw LocalFile.failure("written", path)
        }
    }

    /// Takes the file for this process, or throws `file` when another holds it.
    package func lock() throws(ClientError) {
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            throw ClientError(
                .file, "\(path) is being written by another download. Wait for it, or choose another name.")
        }
    }

    /// Returns when the file's content is on disk.
    package func synchronize() throws(ClientError) {
        guard fsync(descriptor) == 0 else { throw LocalFile.failure("synced", path) }
    }

    /// Renames `path` to `target`, replacing what is there.
    package static func rename(_ path: String, to target: String) throws(ClientError) {
        guard Foundation.rename(path, target) == 0 else { throw failure("renamed to \(target)", path) }
    }

    /// Removes the file at `path`.
    package static func remove(_ path: String) throws(ClientError) {
        guard unlink(path) == 0 || errno == ENOENT else { throw failure("removed", path) }
    }

    private static func failure(_ action: String, _ path: String) -> ClientError {
        ClientError(.file, "\(path) could not be \(action): \(FileFault.words(ofCode: errno)).")
    }
}

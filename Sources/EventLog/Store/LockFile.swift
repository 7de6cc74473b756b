import Glibc
import Synchronization

/// A file that is locked as long as its owner lives, and that names the owner.
///
/// The lock is `flock`: the system gives it back when the process ends, however it ends.
final class LockFile: Sendable {
    private let path: String
    /// The open file; nil once it is given back.
    private let descriptor: Mutex<Int32?>

    init(path: String, address: String) throws(StorageError) {
        self.path = path
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw LockFile.failure(path) }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let code = errno
            defer { close(descriptor) }
            guard code == EWOULDBLOCK else { throw LockFile.failure(path, code) }
            let owner = LockFile.read(descriptor)
            throw StorageError(
                .locked,
                "\(path) is in use by \(owner.map(\.description) ?? "another process"). "
                    + "Stop it first, or use another data directory.")
        }
        self.descriptor = Mutex(descriptor)
        try setAddress(address)
    }

    deinit { unlock() }

    func unlock() {
        descriptor.withLock { descriptor in
            if let open = descriptor {
                // A process that was forked and has not started its program yet has the file too: closing is not enough.
                flock(open, LOCK_UN)
                close(open)
            }
            descriptor = nil
        }
    }

    func setAddress(_ address: String) throws(StorageError) {
        let text = "\(address)\n\(getpid())\n"
        let isWritten = descriptor.withLock { descriptor in
            guard let descriptor else { return false }
            return ftruncate(descriptor, 0) == 0 && pwrite(descriptor, text, text.utf8.count, 0) == text.utf8.count
        }
        guard isWritten else { throw LockFile.failure(path) }
    }

    /// The owner that holds the file at `path`; nil when nobody does.
    static func owner(of path: String) throws(StorageError) -> DataDirectory.Owner? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            if errno == ENOENT { return nil }
            throw failure(path)
        }
        defer { close(descriptor) }
        if flock(descriptor, LOCK_SH | LOCK_NB) == 0 { return nil }
        guard errno == EWOULDBLOCK else { throw failure(path) }
        return read(descriptor) ?? DataDirectory.Owner(address: "another process", processID: 0)
    }

    private static func read(_ descriptor: Int32) -> DataDirectory.Owner? {
        var bytes = [UInt8](repeating: 0, count: 4096)
        let count = pread(descriptor, &bytes, bytes.count, 0)
        guard count > 0 else { return nil }
        let lines = String(decoding: bytes[..<count], as: UTF8.self).split(separator: "\n")
        guard lines.count == 2, let processID = Int32(lines[1]) else { return nil }
        return DataDirectory.Owner(address: String(lines[0]), processID: processID)
    }

    private static func failure(_ path: String, _ code: Int32 = errno) -> StorageError {
        StorageError(
            .failed, "\(path) could not be used: \(String(cString: strerror(code))). Check the path and who owns it.")
    }
}

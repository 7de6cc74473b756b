import Glibc

/// Measures the room on the disk under the log.
package protocol FileSystemProbe: Sendable {
    /// The bytes that are free for this user in the file system of `path`.
    func freeByteCount(at path: String) throws(StorageError) -> Int
}

/// Asks the system.
package struct SystemFileSystemProbe: FileSystemProbe {
    package init() {}

    package func freeByteCount(at path: String) throws(StorageError) -> Int {
        var status = statvfs()
        guard statvfs(path, &status) == 0 else {
            throw StorageError(
                .failed,
                "The free space at \(path) could not be measured: \(String(cString: strerror(errno))). Check the disk.")
        }
        return Int(clamping: UInt64(status.f_bavail).multipliedReportingOverflow(by: UInt64(status.f_frsize)).0)
    }
}

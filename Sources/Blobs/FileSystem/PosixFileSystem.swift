import Glibc
package import Tracking

/// The operating system's files.
package struct PosixFileSystem: FileSystem {
    package init() {}

    package func createDirectory(_ path: String) throws(FileSystemError) {
        guard mkdir(path, 0o700) == 0 || errno == EEXIST else { throw .current(.createDirectory, path) }
    }

    package func list(_ path: String) throws(FileSystemError) -> [String] {
        guard let directory = opendir(path) else { throw .current(.list, path) }
        defer { closedir(directory) }
        var names: [String] = []
        while true {
            errno = 0
            guard let entry = readdir(directory) else {
                guard errno == 0 else { throw .current(.list, path) }
                return names
            }
            let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != ".." { names.append(name) }
        }
    }

    package func create(_ path: String) throws(FileSystemError) -> any OpenFile {
        let descriptor = descriptor(path, flags: O_RDWR | O_CREAT | O_EXCL | O_APPEND)
        guard let descriptor else { throw .current(.create, path) }
        return PosixFile(descriptor: descriptor, path: path)
    }

    package func open(_ path: String) throws(FileSystemError) -> (any OpenFile)? {
        guard let descriptor = descriptor(path, flags: O_RDONLY) else {
            guard errno == ENOENT else { throw .current(.open, path) }
            return nil
        }
        return PosixFile(descriptor: descriptor, path: path)
    }

    package func information(about path: String) throws(FileSystemError) -> FileInformation? {
        var status = stat()
        guard stat(path, &status) == 0 else {
            guard errno == ENOENT else { throw .current(.inspect, path) }
            return nil
        }
        let microseconds = Int64(status.st_mtim.tv_sec) * 1_000_000 + Int64(status.st_mtim.tv_nsec) / 1000
        return FileInformation(byteCount: Int64(status.st_size), modifiedAt: Timestamp(rawValue: microseconds))
    }

    package func setModificationTime(of path: String, to time: Timestamp) throws(FileSystemError) {
        let (seconds, microseconds) = time.rawValue.flooredQuotientAndRemainder(dividingBy: 1_000_000)
        let moment = timespec(tv_sec: Int(seconds), tv_nsec: Int(microseconds) * 1000)
        guard utimensat(AT_FDCWD, path, [moment, moment], 0) == 0 else { throw .current(.setTime, path) }
    }

    package func rename(_ path: String, to newPath: String) throws(FileSystemError) {
        guard Glibc.rename(path, newPath) == 0 else { throw .current(.rename, path) }
    }

    package func remove(_ path: String) throws(FileSystemError) {
        guard unlink(path) == 0 || errno == ENOENT else { throw .current(.remove, path) }
    }

    package func sync(_ path: String) throws(FileSystemError) {
        guard let descriptor = descriptor(path, flags: O_RDONLY) else { throw .current(.sync, path) }
        try PosixFile(descriptor: descriptor, path: path).sync()
    }

    package func syncDirectory(_ path: String) throws(FileSystemError) {
        guard let descriptor = descriptor(path, flags: O_RDONLY | O_DIRECTORY) else {
            throw .current(.sync, path)
        }
        try PosixFile(descriptor: descriptor, path: path).sync()
    }

    /// Opens `path` again after every interruption; nil when it cannot be opened, with the reason in `errno`.
    private func descriptor(_ path: String, flags: Int32) -> Int32? {
        while true {
            let descriptor = Glibc.open(path, flags | O_CLOEXEC, 0o600)
            if descriptor >= 0 { return descriptor }
            guard errno == EINTR else { return nil }
        }
    }
}

extension Int64 {
    fileprivate func flooredQuotientAndRemainder(dividingBy divisor: Int64) -> (Int64, Int64) {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }
}

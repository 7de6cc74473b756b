import Glibc

/// A file descriptor with its file's name.
final class PosixFile: OpenFile {
    private let descriptor: Int32
    private let path: String

    /// Takes over `descriptor`.
    init(descriptor: Int32, path: String) {
        self.descriptor = descriptor
        self.path = path
    }

    deinit { _ = Glibc.close(descriptor) }

    func append(_ bytes: UnsafeRawBufferPointer) throws(FileSystemError) {
        var rest = bytes
        while !rest.isEmpty {
            let written = Glibc.write(descriptor, rest.baseAddress, rest.count)
            if written < 0 {
                if errno == EINTR { continue }
                throw .current(.write, path)
            }
            rest = UnsafeRawBufferPointer(rebasing: rest[written...])
        }
    }

    func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int64) throws(FileSystemError) -> Int {
        var count = 0
        while count < buffer.count {
            let address = buffer.baseAddress.map { $0 + count }
            let read = Glibc.pread(descriptor, address, buffer.count - count, off_t(offset) + off_t(count))
            if read < 0 {
                if errno == EINTR { continue }
                throw .current(.read, path)
            }
            if read == 0 { break }
            count += read
        }
        return count
    }

    func sync() throws(FileSystemError) {
        while Glibc.fsync(descriptor) != 0 {
            guard errno == EINTR else { throw .current(.sync, path) }
        }
    }

    func byteCount() throws(FileSystemError) -> Int64 {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw .current(.inspect, path) }
        return Int64(status.st_size)
    }
}

import Glibc
import Synchronization

/// A file descriptor with its file's name.
final class PosixFile: OpenFile {
    private let descriptor: Int32
    private let path: String
    /// The file's length as appended, and how much of it the disk was asked to begin writing.
    private let progress = Mutex((end: Int64(0), asked: Int64(0)))

    /// After so many bytes the disk is asked to begin writing, so that the sync at the end has little left to wait for.
    private static let writeBehindByteCount: Int64 = 4 << 20

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
        let waiting = progress.withLock { progress in
            progress.end += Int64(bytes.count)
            return progress.end - progress.asked
        }
        if waiting >= Self.writeBehindByteCount { beginWriting() }
    }

    func beginWriting() {
        let (start, count) = progress.withLock { progress in
            defer { progress.asked = progress.end }
            return (progress.asked, progress.end - progress.asked)
        }
        // To Linux this advice means: write these pages now, in the background; being dirty they stay in memory. It is
        // only a wish: a failure to write shows at the sync, which is what durability rests on.
        _ = posix_fadvise(descriptor, off_t(start), off_t(count), POSIX_FADV_DONTNEED)
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

    /// Returns once all bytes of the file, or all names of the folder, are on disk.
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

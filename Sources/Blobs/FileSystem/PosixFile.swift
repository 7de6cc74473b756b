import CFile
import Glibc
import Synchronization

/// A file descriptor with its file's name.
final class PosixFile: OpenFile {
    private let descriptor: Int32
    private let path: String
    /// The file's length as appended, how much of it the disk was asked to begin writing, and how much was let go.
    private let progress = Mutex((end: Int64(0), begun: Int64(0), gone: Int64(0)))

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
        progress.withLock { $0.end += Int64(bytes.count) }
    }

    func beginWriting() -> Int64 {
        let (start, end) = progress.withLock { progress in
            defer { progress.begun = progress.end }
            return (progress.begun, progress.end)
        }
        // Only a wish: a failure to write shows when these bytes are let go, or at the sync.
        _ = sync_file_range(descriptor, start, end - start, PIVOT_BEGIN_WRITING)
        return end
    }

    func letGo(upTo offset: Int64) throws(FileSystemError) {
        let start = progress.withLock { progress in
            defer { progress.gone = max(progress.gone, offset) }
            return progress.gone
        }
        guard start < offset else { return }
        // The system tells a failure to write once only, so it must not be passed over here.
        while sync_file_range(descriptor, start, offset - start, PIVOT_FINISH_WRITING) != 0 {
            guard errno == EINTR else { throw .current(.write, path) }
        }
        // Advice: pages that somebody reads stay.
        _ = posix_fadvise(descriptor, off_t(start), off_t(offset - start), POSIX_FADV_DONTNEED)
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

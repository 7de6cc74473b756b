import Glibc
import LMDB

/// The operations on the journal that a test can make fail.
package enum JournalOperation: Hashable, Sendable {
    case write
    case sync
}

/// The file in which groups of appends are on disk before the database has them.
///
/// A commit of the database waits for the disk twice and changes a handful of pages; an entry of the journal is written
/// where zeros or old entries lie already and waits once. The database follows behind: many groups in one commit, after
/// which the file is written from its beginning again. What the database lacks after a crash `JournalRecovery` brings to
/// it. Belongs to the writer.
final class Journal {
    /// The name of the file in the log's folder.
    static let fileName = "journal"
    /// Entries begin at multiples of it, so that writing one never touches the page of another.
    static let blockByteCount = 4096

    private let path: String
    private let descriptor: Int32
    private let byteCount: Int
    private let fault: @Sendable (JournalOperation) -> Int32
    private let buffer: UnsafeMutableRawBufferPointer
    /// The place of the next entry.
    private var offset = 0

    /// Opens the journal in `folder`, or makes it with `byteCount` bytes. Old entries stay until they are written over.
    ///
    /// - Parameters:
    ///   - entryByteCount: The most bytes of one entry.
    ///   - fault: Asked before each operation; another answer than 0 is the error it fails with.
    init(
        inFolder folder: String, byteCount: Int, entryByteCount: Int,
        fault: @escaping @Sendable (JournalOperation) -> Int32
    ) throws(LMDBError) {
        let path = folder + "/" + Journal.fileName
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw Journal.error(errno, "open the journal", path) }
        do throws(LMDBError) {
            try Journal.fill(descriptor, byteCount, path)
        } catch {
            close(descriptor)
            throw error
        }
        self.path = path
        self.descriptor = descriptor
        self.byteCount = byteCount
        self.fault = fault
        buffer = .allocate(
            byteCount: Journal.padded(entryByteCount), alignment: Journal.blockByteCount)
    }

    deinit {
        close(descriptor)
        buffer.deallocate()
    }

    /// Returns whether an entry of `byteCount` bytes has room after those that the database lacks.
    func hasRoom(for byteCount: Int) -> Bool { offset + Journal.padded(byteCount) <= self.byteCount }

    /// Writes an entry of `entryByteCount` bytes, which `fill` writes, and returns once it is on disk.
    ///
    /// - Throws: When it could not be written, in which case the entry is not there; when waiting for the disk failed, with
    ///   the code `other`, whether it is there is known only after a restart.
    /// - Precondition: there is room for it.
    func append(
        byteCount entryByteCount: Int, reach: (FailurePoint) -> Void,
        fill: (UnsafeMutableRawBufferPointer) -> Void
    ) throws(LMDBError) {
        let paddedByteCount = Journal.padded(entryByteCount)
        let entry = UnsafeMutableRawBufferPointer(rebasing: buffer[..<paddedByteCount])
        fill(UnsafeMutableRawBufferPointer(rebasing: entry[..<entryByteCount]))
        memset(entry.baseAddress! + entryByteCount, 0, paddedByteCount - entryByteCount)
        var code = fault(.write)
        if code == 0 { code = Journal.write(UnsafeRawBufferPointer(entry), at: offset, to: descriptor) }
        guard code == 0 else { throw Journal.error(code, "write the journal", path) }
        reach(.journalWritten)
        code = fault(.sync)
        if code == 0, fdatasync(descriptor) != 0 { code = errno }
        guard code == 0 else {
            // The kernel may have dropped the pages that it could not write: nobody knows what is on disk.
            throw LMDBError(
                .other(code), during: "wait for the journal", at: path,
                detail: "The system reported: \(String(cString: strerror(code))) (errno \(code)).")
        }
        offset += paddedByteCount
    }

    /// Begins at the beginning again, after the database got everything.
    func restart() { offset = 0 }

    /// The bytes that an entry of `byteCount` bytes takes.
    static func padded(_ byteCount: Int) -> Int {
        (byteCount + blockByteCount - 1) / blockByteCount * blockByteCount
    }

    /// Lets the file have `byteCount` bytes that are on disk, so that writing over them changes nothing but their content.
    private static func fill(_ descriptor: Int32, _ byteCount: Int, _ path: String) throws(LMDBError) {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw error(errno, "open the journal", path) }
        let present = Int(status.st_size) / blockByteCount * blockByteCount
        guard present < byteCount else { return }
        let zeros = [UInt8](repeating: 0, count: byteCount - present)
        let code = zeros.withUnsafeBytes { write($0, at: present, to: descriptor) }
        guard code == 0 else {
            ftruncate(descriptor, off_t(present))
            throw error(code, "make the journal", path)
        }
        guard fsync(descriptor) == 0 else { throw error(errno, "make the journal", path) }
    }

    /// Returns 0, or the error.
    private static func write(
        _ bytes: UnsafeRawBufferPointer, at offset: Int, to descriptor: Int32
    ) -> Int32 {
        var written = 0
        while written < bytes.count {
            let count = pwrite(descriptor, bytes.baseAddress! + written, bytes.count - written, off_t(offset + written))
            if count < 0 {
                if errno == EINTR { continue }
                return errno
            }
            written += count
        }
        return 0
    }

    private static func error(_ code: Int32, _ operation: String, _ path: String) -> LMDBError {
        LMDBError(.system(code), during: operation, at: path)
    }
}

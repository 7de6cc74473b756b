import CLMDB
import Glibc

/// The first two pages of a data file, read before it is opened.
///
/// A file that was cut is noticed here: once it is mapped, touching a page behind the file's end kills the process.
struct DataFile {
    /// The bytes of one page.
    let pageByteCount: Int
    /// The number of the last page that the newest commit uses.
    let lastPage: UInt64
    /// The number of the newest commit.
    let transaction: UInt64
    /// The bytes that the file has.
    let byteCount: Int
    /// The newest meta page behind its header.
    private let newest: [UInt8]

    /// The bytes that the file must have.
    var requiredByteCount: Int { (Int(lastPage) + 1) * pageByteCount }

    private static let magic: UInt32 = 0xBEEF_C0DE
    /// The version of the file format that the library writes; its header does not name it.
    private static let formatVersion: UInt32 = 1
    private static let metaPageFlag: UInt16 = 0x08
    private static let pageHeaderByteCount = 16
    private static let metaByteCount = 136

    /// Checks the data file in `folder`. Nothing is checked when there is none yet.
    ///
    /// - Parameter checkedByteCount: The largest file of which all pages are checked. Returns whether they were.
    /// - Throws: `LMDBError` with `truncated` when the file is shorter than its last page, `notADatabase` when its first
    ///   pages are not those of a data file, `corrupted` when all its pages were checked and are not sound.
    static func check(inFolder folder: String, atMost checkedByteCount: Int) throws(LMDBError) -> Bool {
        let path = folder + "/data.mdb"
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        if descriptor < 0 {
            if errno == ENOENT { return true }
            throw LMDBError(.system(errno), during: "open the database", at: path)
        }
        defer { close(descriptor) }
        let file = try DataFile(descriptor: descriptor, path: path)
        guard file.byteCount >= file.requiredByteCount else {
            throw LMDBError(
                .truncated, during: "open the database", at: path,
                detail:
                    "The data file has \(file.byteCount) bytes, but its last page ends at byte \(file.requiredByteCount)."
            )
        }
        guard file.requiredByteCount <= checkedByteCount else { return false }
        guard try file.isSound(descriptor, path) else {
            throw LMDBError(.corrupted, during: "open the database", at: path)
        }
        return true
    }

    /// Returns whether all pages of the commit `transaction` are sound; nil when its meta page was written over.
    static func isSound(
        inFolder folder: String, transaction: UInt64, beforePage: @escaping () -> Void
    ) throws(LMDBError) -> Bool? {
        let path = folder + "/data.mdb"
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw LMDBError(.system(errno), during: "check the database", at: path) }
        defer { close(descriptor) }
        let file = try DataFile(descriptor: descriptor, path: path)
        guard file.transaction == transaction else { return nil }
        return try file.isSound(descriptor, path, beforePage: beforePage)
    }

    private func isSound(
        _ descriptor: Int32, _ path: String, beforePage: (() -> Void)? = nil
    ) throws(LMDBError) -> Bool {
        let isSound = newest.withUnsafeBytes {
            FileStructure.isSound(
                descriptor, meta: $0, pageByteCount: pageByteCount, lastPage: lastPage, beforePage: beforePage)
        }
        guard let isSound else { throw LMDBError(.system(errno), during: "check the database", at: path) }
        return isSound
    }

    private init(descriptor: Int32, path: String) throws(LMDBError) {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            throw LMDBError(.system(errno), during: "open the database", at: path)
        }
        byteCount = Int(status.st_size)
        guard byteCount > 0 else {
            throw LMDBError(.truncated, during: "open the database", at: path, detail: "The data file is empty.")
        }
        guard let first = try DataFile.meta(of: descriptor, at: 0, path: path) else {
            throw LMDBError(.notADatabase, during: "open the database", at: path)
        }
        pageByteCount = first.pageByteCount
        guard let second = try DataFile.meta(of: descriptor, at: pageByteCount, path: path) else {
            throw LMDBError(
                byteCount < 2 * pageByteCount ? .truncated : .notADatabase, during: "open the database", at: path)
        }
        let newest = first.transaction > second.transaction ? first : second
        // When the newest could not be synced, the library takes it back by giving it the number and the last page of the one
        // that it was written over, and leaves it its roots: only what counts is looked at.
        guard newest.roots.allSatisfy({ $0 == .max || $0 <= newest.lastPage }) else {
            throw LMDBError(.notADatabase, during: "open the database", at: path)
        }
        lastPage = newest.lastPage
        transaction = newest.transaction
        self.newest = newest.bytes
    }

    private struct Meta {
        var pageByteCount: Int
        var lastPage: UInt64
        var transaction: UInt64
        /// The roots of the free list and of the list of databases; all ones for an empty one.
        var roots: [UInt64]
        var bytes: [UInt8]
    }

    /// The meta page at `offset`; nil when there is none. The fields are in the machine's byte order.
    private static func meta(of descriptor: Int32, at offset: Int, path: String) throws(LMDBError) -> Meta? {
        let length = pageHeaderByteCount + metaByteCount
        var bytes = [UInt8](repeating: 0, count: length)
        let count = pread(descriptor, &bytes, length, off_t(offset))
        guard count >= 0 else { throw LMDBError(.system(errno), during: "open the database", at: path) }
        guard count == length else { return nil }
        return bytes.withUnsafeBytes { raw in
            let meta = pageHeaderByteCount
            let flags = raw.loadUnaligned(fromByteOffset: 10, as: UInt16.self)
            let pageByteCount = raw.loadUnaligned(fromByteOffset: meta + 24, as: UInt32.self)
            let lastPage = raw.loadUnaligned(fromByteOffset: meta + 120, as: UInt64.self)
            guard flags & metaPageFlag != 0,
                raw.loadUnaligned(fromByteOffset: meta, as: UInt32.self) == magic,
                raw.loadUnaligned(fromByteOffset: meta + 4, as: UInt32.self) == formatVersion,
                (512...65_536).contains(pageByteCount), pageByteCount.nonzeroBitCount == 1, lastPage < 1 << 40
            else { return nil }
            return Meta(
                pageByteCount: Int(pageByteCount), lastPage: lastPage,
                transaction: raw.loadUnaligned(fromByteOffset: meta + 128, as: UInt64.self),
                roots: [meta + 64, meta + 112].map { raw.loadUnaligned(fromByteOffset: $0, as: UInt64.self) },
                bytes: Array(raw[meta...]))
        }
    }
}

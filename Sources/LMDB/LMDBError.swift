import CLMDB
import Glibc

/// A refusal of the database library or the system beneath it: of what, where, and what to do about it.
///
/// Two errors are equal when their codes are.
package struct LMDBError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The kinds of failure that a caller can tell apart.
    package enum Code: Hashable, Sendable {
        /// The map is full: the environment was opened with a map smaller than what it is asked to hold.
        case mapFull
        /// Every place in the table of readers is taken.
        case readersFull
        /// More named databases than the environment was opened for.
        case databasesFull
        /// More pages changed in one transaction than the library can keep track of.
        case transactionFull
        /// The data file is not one of this library, or is of another version of it.
        case notADatabase
        /// The data file is shorter than its last page, so that something cut it.
        case truncated
        /// A page holds what it cannot hold.
        case corrupted
        /// An earlier failure left the environment unusable until a new process opens it.
        case unusable
        /// A key is empty or too long, or a value too large.
        case badSize
        /// With `append`, a key that is not after the last one.
        case keyOrder
        /// The system call failed with this errno.
        case system(Int32)
        /// Any other answer of the library.
        case other(Int32)
    }

    package let code: Code
    /// The operation that failed, as a verb, such as `commit`.
    package let operation: String
    /// The folder of the environment.
    package let path: String
    /// Sentences that say what happened and what to do.
    package let message: String

    package init(_ code: Code, during operation: String, at path: String, detail: String? = nil) {
        self.code = code
        self.operation = operation
        self.path = path
        message = (detail ?? code.explanation) + " " + code.advice
    }

    /// The error of an answer other than `MDB_SUCCESS`.
    init(answer: Int32, during operation: String, at path: String) {
        self.init(Code(answer: answer), during: operation, at: path)
    }

    /// An entry that is not the one that was put.
    init(damagedEntryOf database: Database, at path: String) {
        self.init(
            .corrupted, during: "read \(database.name)", at: path, detail: "An entry does not match its checksum.")
    }

    package static func == (left: LMDBError, right: LMDBError) -> Bool { left.code == right.code }

    package var description: String { "Could not \(operation) at \(path). \(message)" }
}

extension LMDBError.Code {
    /// The code of an answer of the library; positive answers are errno values.
    package init(answer: Int32) {
        self =
            switch answer {
            case MDB_MAP_FULL: .mapFull
            case MDB_READERS_FULL: .readersFull
            case MDB_DBS_FULL: .databasesFull
            case MDB_TXN_FULL: .transactionFull
            case MDB_INVALID, MDB_VERSION_MISMATCH: .notADatabase
            case MDB_CORRUPTED, MDB_PAGE_NOTFOUND, MDB_CURSOR_FULL, MDB_INCOMPATIBLE: .corrupted
            case MDB_PANIC: .unusable
            case MDB_BAD_VALSIZE: .badSize
            case MDB_KEYEXIST: .keyOrder
            case let errno where errno > 0: .system(errno)
            default: .other(answer)
            }
    }

    /// One sentence that says what happened.
    var explanation: String {
        switch self {
        case .mapFull: "The database's map is full."
        case .readersFull: "Too many readers are open at once."
        case .databasesFull: "There are more named databases than the environment was opened for."
        case .transactionFull: "The transaction changes too many pages."
        case .notADatabase: "The data file is not an LMDB database, or another version of LMDB wrote it."
        case .truncated: "The data file is shorter than its last page."
        case .corrupted: "A page of the data file is damaged."
        case .unusable: "An earlier failure has made the database unusable in this process."
        case .badSize:
            "A key is empty or longer than \(Environment.maximumKeyByteCount) bytes, or a value is too large."
        case .keyOrder: "The key does not come after the last one, or exists already."
        case .system(let errno): "The system reported: \(String(cString: strerror(errno))) (errno \(errno))."
        case .other(let answer): "LMDB reported: \(String(cString: mdb_strerror(answer))) (\(answer))."
        }
    }

    /// One sentence that says what to do.
    var advice: String {
        switch self {
        case .mapFull: "Open it with a larger map."
        case .readersFull: "Try again shortly; if it keeps happening, send fewer requests at once."
        case .databasesFull, .badSize, .keyOrder: "This is a bug; please report it."
        case .transactionFull: "Write less at once."
        case .notADatabase: "Check that the folder is the right one, or restore it from a backup."
        case .truncated, .corrupted: "Restore it from a backup; nothing was changed."
        case .unusable: "Restart the process."
        case .system(ENOSPC), .system(EDQUOT): "Free some space on the disk."
        case .system(EACCES), .system(EPERM), .system(EROFS): "Check who owns the folder and how it is mounted."
        case .system(ENOENT): "Check the path."
        case .system: "Check the disk and the system log."
        case .other: "Check the disk; if it is sound, please report it."
        }
    }
}

extension LMDBError {
    /// True when the data file is not what it should be, or a failure to write has left nobody sure of that, so that what it
    /// held must be built again, or restored.
    package var meansDamage: Bool { code.meansDamage }
}

extension LMDBError.Code {
    /// True when the data file is not what it should be, or a failure to write has left nobody sure of that.
    package var meansDamage: Bool {
        switch self {
        case .truncated, .notADatabase, .corrupted, .unusable: true
        default: false
        }
    }
}

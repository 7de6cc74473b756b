import Glibc

extension FileSystemError {
    /// The error that the last system call of this thread left in `errno`.
    static func current(_ operation: Operation, _ path: String) -> FileSystemError {
        let number = errno
        return FileSystemError(operation, path, errorNumber: number)
    }

    /// A failure with the system's words for `errorNumber`.
    package init(_ operation: Operation, _ path: String, errorNumber: Int32) {
        var text = [CChar](repeating: 0, count: 256)
        let reason =
            strerror_r(errorNumber, &text, text.count) == 0
            ? String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self) : "unknown error"
        self.init(operation: operation, path: path, errorNumber: errorNumber, reason: reason)
    }

    /// True when this process, or the system, has no file descriptor left.
    package var isOutOfDescriptors: Bool { errorNumber == EMFILE || errorNumber == ENFILE }

    /// True when the disk, or the user's share of it, is full.
    package var isNoRoom: Bool { errorNumber == ENOSPC || errorNumber == EDQUOT || errorNumber == EFBIG }
}

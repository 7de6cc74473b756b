/// A system call that failed: which, on what, and why.
package struct FileSystemError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The kind of call.
    package enum Operation: String, Sendable {
        case createDirectory = "create the folder"
        case list = "list the folder"
        case create = "create"
        case open = "open"
        case inspect = "inspect"
        case read = "read"
        case write = "write"
        case sync = "sync"
        case rename = "rename"
        case remove = "remove"
        case setTime = "set the time of"
        case lock = "lock"
    }

    /// The call that failed.
    package let operation: Operation
    /// To what.
    package let path: String
    /// The system's error number.
    package let errorNumber: Int32
    /// The system's words for the number.
    package let reason: String

    package init(operation: Operation, path: String, errorNumber: Int32, reason: String) {
        self.operation = operation
        self.path = path
        self.errorNumber = errorNumber
        self.reason = reason
    }

    package var description: String {
        "Cannot \(operation.rawValue) \(path): \(reason) (error \(errorNumber)). Check the disk and its permissions."
    }
}

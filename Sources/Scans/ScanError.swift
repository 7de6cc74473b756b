/// The reason that a scan, or the folder it is in, cannot be used.
package struct ScanError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The kinds of trouble.
    package enum Code: Equatable, Sendable {
        /// A file or folder is missing or cannot be read.
        case unreadable
        /// A file is not of the format its name says, or is cut or damaged.
        case malformed
        /// A file uses a part of its format that is not read here.
        case unsupported
        /// A scan is larger than the limits.
        case tooLarge
        /// A table or list names something that is not there.
        case inconsistent
    }

    package let code: Code
    /// The file or folder, as it was named.
    package let file: String
    /// A text that says what is wrong and what to do.
    package let message: String

    package init(_ code: Code, file: String, _ message: String) {
        self.code = code
        self.file = file
        self.message = message
    }

    package var description: String { "\(file): \(message)" }
}

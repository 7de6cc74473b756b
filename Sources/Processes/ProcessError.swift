/// The reason that a process could not be started: what happened, to what, and what to do.
///
/// Two errors are equal when their codes are.
package struct ProcessError: Error, Equatable, Sendable, CustomStringConvertible {
    package enum Code: Equatable, Sendable {
        /// There is no such program, or it may not be executed.
        case notExecutable
        /// The folder it is to run in cannot be entered.
        case folder
        /// The file its output is to go to cannot be opened.
        case output
        /// The system has no room for another process.
        case system
    }

    package let code: Code
    package let message: String

    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    package var description: String { message }

    package static func == (left: ProcessError, right: ProcessError) -> Bool { left.code == right.code }
}

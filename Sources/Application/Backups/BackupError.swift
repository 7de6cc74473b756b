/// The reason that a backup or a restore did not come to its end: what happened, to what, and what to do.
package struct BackupError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The kinds of failure that a caller can tell apart.
    package enum Code: Hashable, Sendable {
        /// The folder that was named cannot be used for it.
        case unusable
        /// What was read is damaged, or is not what its manifest says.
        case damaged
        /// The disk or the system refused.
        case failed
    }

    package let code: Code
    package let message: String

    package init(_ code: Code, _ message: String) {
        (self.code, self.message) = (code, message)
    }

    package var description: String { message }
}

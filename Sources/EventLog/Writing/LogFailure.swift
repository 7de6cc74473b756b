/// Why the log stopped for good: the process must end, and a new one open the log again.
package struct LogFailure: Error, Equatable, Sendable, CustomStringConvertible {
    /// What happened and what to do.
    package let details: String

    package var description: String {
        "The log stopped: \(details) What was being written may or may not be there after a restart."
    }
}

/// The reason that the log stopped for good: the process must end, and a new one open the log again.
package struct LogFailure: Error, Equatable, Sendable, CustomStringConvertible {
    /// Sentences that say what happened and what to do.
    package let details: String

    package init(details: String) { self.details = details }

    package var description: String {
        "The log has stopped: \(details) After a restart the last appends may or may not be there."
    }
}

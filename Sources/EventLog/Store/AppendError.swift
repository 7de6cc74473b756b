package import Tracking

/// The reason that an append was refused or failed. Except for `outcomeUnknown`, nothing of it was written.
package enum AppendError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The stream is not at the expected version: fold it again and decide again.
    case conflict(actual: StreamVersion)
    /// The command id belongs to another command, whose first event stands at `first`.
    case commandReused(first: LogPosition)
    /// Too many bytes wait to be written.
    case overloaded(retryAfter: Duration)
    /// The disk or the map has no room; it heals when room returns.
    case noRoom(details: String)
    /// A write failed in a way that leaves open whether it will be there after a restart. The same command with the same
    /// id can be sent again then.
    case outcomeUnknown(details: String)
    /// The append is larger than the log takes, or one of its names is longer.
    case tooLarge(details: String)
    /// The log is closed, or stopped by an earlier failure.
    case stopped(details: String)

    package var description: String {
        switch self {
        case .conflict(let actual):
            "The stream is at version \(actual), which is not the one expected. Read it and decide again."
        case .commandReused(let first):
            "The command id belongs to another command, recorded at position \(first). Use a new id."
        case .overloaded(let retryAfter):
            "Too many appends are waiting to be written. Try again in \(retryAfter.components.seconds) s."
        case .noRoom(let details):
            "There is no room for the log: \(details) Free some space on the disk; nothing was written."
        case .outcomeUnknown(let details):
            "It is unknown whether the append was written: \(details) Send it again with the same command id."
        case .tooLarge(let details):
            "The append is too large: \(details) Split it into several commands."
        case .stopped(let details):
            "The log does not accept more appends: \(details) Restart the server."
        }
    }
}

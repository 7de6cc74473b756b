/// The reason that a trainer does not go on. Its message says what happened, to what, and what to do.
///
/// Two errors are equal when their codes are.
package struct TrainerError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The kinds of failure.
    package enum Code: Equatable, Sendable {
        /// The session cannot be claimed: another lease lives, or it is over.
        case notClaimable
        /// Another attempt holds the session, or none; this one ends without a word.
        case staleAttempt
        /// No answer came for longer than the trainer waits.
        case unreachable
        /// The server refused what was sent.
        case refused
        /// The configuration cannot be trained here.
        case configuration
        /// The data cannot be read.
        case data
        /// No checkpoint could be read, or it does not fit.
        case checkpoint
        /// The numeric library failed.
        case engine
        /// The original of a reproduction was trained under other circumstances.
        case notReproducible
        /// The configuration asked for this failure.
        case plannedFailure
        /// The configuration asked for an end without a word.
        case plannedCrash
        /// The program that was supervised ended badly; another attempt may do better.
        case programFailed
        /// The task was cancelled.
        case cancelled
    }

    package let code: Code
    /// One or two sentences for people.
    package let message: String

    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    /// True when the session is told of it; the other endings leave the session to the next attempt.
    package var isReported: Bool {
        switch code {
        case .refused, .configuration, .data, .checkpoint, .engine, .notReproducible, .plannedFailure: true
        case .notClaimable, .staleAttempt, .unreachable, .plannedCrash, .programFailed, .cancelled: false
        }
    }

    package var description: String { message }

    package static func == (left: TrainerError, right: TrainerError) -> Bool { left.code == right.code }
}

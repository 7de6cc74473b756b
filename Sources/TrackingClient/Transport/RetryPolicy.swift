/// The rules for sending a failed request again, and for the wait before.
///
/// A request is repeatable when the server gives the same answer to its repetition: a read, or a write with an
/// idempotency key. What is not repeatable is sent again only when no connection was made.
package struct RetryPolicy: Equatable, Sendable {
    /// The most times that a request is sent, the first included.
    package var maximumAttempts: Int
    /// The wait before the second attempt; it doubles from attempt to attempt.
    package var firstDelay: Duration
    /// The longest wait, also when the server asks for more: then the request fails at once.
    package var maximumDelay: Duration

    package init(maximumAttempts: Int, firstDelay: Duration, maximumDelay: Duration) {
        precondition(maximumAttempts >= 1)
        self.maximumAttempts = maximumAttempts
        self.firstDelay = firstDelay
        self.maximumDelay = maximumDelay
    }

    /// For a person who waits: three attempts within about a second.
    package static let interactive = RetryPolicy(
        maximumAttempts: 3, firstDelay: .milliseconds(200), maximumDelay: .seconds(10))

    /// For a process that must get through a restart of the server: ten attempts within about three minutes.
    package static let patient = RetryPolicy(
        maximumAttempts: 10, firstDelay: .milliseconds(250), maximumDelay: .seconds(60))

    /// One attempt.
    package static let never = RetryPolicy(maximumAttempts: 1, firstDelay: .zero, maximumDelay: .zero)

    /// The wait before sending again after attempt number `attempt` (from 1) failed with `error`; nil when it shall not
    /// be sent again. `random` is uniform in 0..<1.
    package func delay(
        afterAttempt attempt: Int, failedWith error: ClientError, isRepeatable: Bool, random: Double
    ) -> Duration? {
        guard attempt < maximumAttempts, RetryPolicy.isTransient(error), isRepeatable || error.code == .unreachable
        else { return nil }
        return delay(afterFailure: attempt, retryAfter: error.retryAfter, random: random)
    }

    /// The wait after the nth failure in a row: doubled each time, at least half of it, the other half by chance; never
    /// shorter than what the server asked for. Nil when the server asked for more than `maximumDelay`.
    package func delay(afterFailure failure: Int, retryAfter: Duration?, random: Double) -> Duration? {
        var delay = firstDelay
        for _ in 1..<max(1, failure) where delay < maximumDelay { delay *= 2 }
        delay = min(delay, maximumDelay)
        delay = delay / 2 + delay / 2 * random
        guard let retryAfter else { return delay }
        guard retryAfter <= maximumDelay else { return nil }
        return max(delay, retryAfter)
    }

    /// True when the same request may succeed a little later.
    package static func isTransient(_ error: ClientError) -> Bool {
        switch error.code {
        case .unreachable, .interrupted, .timedOut: true
        case .refused(let status, _): [408, 425, 429, 502, 503, 504].contains(status)
        case .invalidAddress, .unexpectedAnswer, .digestMismatch, .file, .cancelled: false
        }
    }
}

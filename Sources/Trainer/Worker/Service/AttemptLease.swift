/// What a claim gave.
package struct AttemptLease: Equatable, Sendable {
    /// The attempt's number, from 1.
    package let attempt: Int
    /// How long the lease holds without a call.
    package let duration: Duration

    package init(attempt: Int, duration: Duration) {
        self.attempt = attempt
        self.duration = duration
    }
}

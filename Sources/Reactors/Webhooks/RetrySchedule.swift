/// The times at which a delivery is tried again: twice as long each time, from five seconds to four hours, a fifth more or less
/// by chance, so that receivers that were down are not met by all at once.
enum RetrySchedule {
    private static let first = 5.0
    private static let longest = 4.0 * 3600

    /// - Parameter retryAfter: The time that the receiver asked for, which is obeyed up to a day.
    static func delay(afterAttempt attempt: UInt32, retryAfter: Duration?) -> Duration {
        var generator = SystemRandomNumberGenerator()
        return delay(afterAttempt: attempt, retryAfter: retryAfter, using: &generator)
    }

    static func delay(
        afterAttempt attempt: UInt32, retryAfter: Duration?, using generator: inout some RandomNumberGenerator
    ) -> Duration {
        var seconds = first
        for _ in 1..<min(max(attempt, 1), 32) { seconds = min(2 * seconds, longest) }
        let delay = Duration.seconds(seconds * Double.random(in: 0.8...1.2, using: &generator))
        guard let retryAfter else { return delay }
        return max(delay, min(retryAfter, .seconds(24 * 3600)))
    }
}

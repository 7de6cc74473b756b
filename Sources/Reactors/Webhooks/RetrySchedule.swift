/// The times at which a delivery is tried again: twice as long each time, from five seconds to four hours, a fifth more or less
/// by chance, so that receivers that were down are not met by all at once.
enum RetrySchedule {
    private static let first = 5.0
    private static let longest = 4.0 * 3600

    /// - Parameters:
    ///   - retryAfter: The time that the receiver asked for, which is obeyed up to a day.
    ///   - chance: What the time is multiplied by, from 0.8 to 1.2.
    static func delay(afterAttempt attempt: UInt32, retryAfter: Duration?, chance: Double) -> Duration {
        var seconds = first
        for _ in 1..<min(max(attempt, 1), 32) { seconds = min(2 * seconds, longest) }
        let delay = Duration.seconds(seconds * chance)
        guard let retryAfter else { return delay }
        return max(delay, min(retryAfter, .seconds(24 * 3600)))
    }
}

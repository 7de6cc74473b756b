/// The settings of feeds: the most at a time, and the intervals of their signs of life.
package struct LiveFeedSettings: Sendable {
    /// The most feeds at a time; more are refused with 503.
    package var maximumFeedCount = 10_000
    /// The time without a frame after which a WebSocket gets a `heartbeat`.
    package var heartbeatInterval = Duration.seconds(20)
    /// The time without a frame after which an event stream gets a comment.
    package var commentInterval = Duration.seconds(15)
    /// Measures both.
    package var clock: any Clock<Duration> = ContinuousClock()

    /// The precision to which the intervals are kept.
    var tick: Duration { min(.seconds(1), min(heartbeatInterval, commentInterval) / 8) }

    package init() {}
}

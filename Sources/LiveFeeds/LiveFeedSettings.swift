/// The settings of feeds: their signs of life, and how often many are told.
package struct LiveFeedSettings: Sendable {
    /// The time without a frame after which a WebSocket gets a `heartbeat`.
    package var heartbeatInterval = Duration.seconds(20)
    /// The time without a frame after which an event stream gets a comment.
    package var commentInterval = Duration.seconds(15)
    /// Measures both.
    package var clock: any Clock<Duration> = ContinuousClock()

    /// The precision to which the intervals are kept.
    var tick: Duration { min(.seconds(1), min(heartbeatInterval, commentInterval) / 8) }

    /// The time between two tellings to so many feeds: none to a few, and to many about as long as writing to all of them takes, but
    /// never so long that people see it.
    func pace(ofFeeds count: Int) -> Duration {
        count < 100 ? .zero : min(.microseconds(10 * count), .milliseconds(40))
    }

    package init() {}
}

/// How feeds are served.
package struct LiveFeedSettings: Sendable {
    /// The most feeds at a time; more are refused with 503.
    package var maximumFeedCount = 10_000
    /// How long a WebSocket may be without a frame before a `heartbeat` is sent.
    package var heartbeatInterval = Duration.seconds(20)
    /// How long an event stream may be without a frame before a comment is sent.
    package var commentInterval = Duration.seconds(15)
    /// Measures both.
    package var clock: any Clock<Duration> = ContinuousClock()

    /// How exactly the intervals are kept.
    var tick: Duration { min(.seconds(1), min(heartbeatInterval, commentInterval) / 8) }

    package init() {}
}

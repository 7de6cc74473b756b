/// The settings by which the server meets its clients.
package struct HTTPSettings: Sendable {
    /// The host and port that it listens on. Port 0 takes a free one.
    package var host = "127.0.0.1"
    package var port = 8000
    /// Names beside the loopback ones under which it answers; `*` answers under every name.
    package var hostNames: [String] = []
    /// The origins of pages that may call the API from a browser; `*` lets every page.
    package var allowedOrigins: [String] = []
    package var rateLimit = RateLimiter.Settings()
    package var connection = ConnectionLimits()
    /// The most connections at a time; who comes then is answered 503.
    package var maximumConnectionCount = 5000
    package var webSocket = WebSocketLimits()
    /// The threads on which reads are answered, so that those that take long hold up nothing else; nil for those that all
    /// tasks share.
    package var readExecutor: (any TaskExecutor)?
    /// The most bytes of a body on a route that sets no limit of its own.
    package var maximumBodyByteCount = 16 << 20
    /// A folder of which errors tell, and whose own path is left out of every answer.
    package var privateFolder: String?
    /// A time that never goes back; only the rate limit reads it.
    package var now: @Sendable () -> Duration = {
        let start = ContinuousClock.now
        return { ContinuousClock.now - start }
    }()

    package init() {}
}

import HTTPTypes
package import Hummingbird
import JSON
import Synchronization

/// Bounds how many reads a client may make in a minute.
package final class RateLimiter: Sendable {
    /// What is counted and how much is allowed.
    package struct Settings: Sendable {
        /// Reads a minute for each client address.
        package var requestsPerMinute = 600
        /// Whether clients on this machine are counted too.
        package var includesLoopback = false

        package init() {}
    }

    private let settings: Settings
    private let isExempt: @Sendable (Request) -> Bool
    private let now: @Sendable () -> Duration
    private let buckets: Mutex<TokenBuckets>

    /// A limiter; `isExempt` names the requests that are never counted, such as those that carry a lease.
    ///
    /// `now` is a time that never goes back, counted from anywhere.
    package init(
        _ settings: Settings = Settings(), isExempt: @escaping @Sendable (Request) -> Bool = { _ in false },
        now: @escaping @Sendable () -> Duration
    ) {
        self.settings = settings
        self.isExempt = isExempt
        self.now = now
        buckets = Mutex(TokenBuckets(requestsPerMinute: settings.requestsPerMinute))
    }

    /// Counts a request; returns what its answer says of the client's budget, nothing when it is not counted.
    ///
    /// - Throws: 429 with `Retry-After` when the budget is spent.
    package func admit(_ request: Request, context: APIRequestContext) throws(APIError) -> HTTPFields {
        guard request.method == .get || request.method == .head, settings.includesLoopback || !context.isLoopback,
            !isExempt(request)
        else { return [:] }
        let time = now()
        let verdict = buckets.withLock { $0.take(for: context.clientAddress, now: time) }
        var fields: HTTPFields = [
            .rateLimitLimit: String(verdict.limit), .rateLimitRemaining: String(verdict.remaining),
            .rateLimitReset: verdict.untilFull.wholeSeconds,
        ]
        guard !verdict.isAllowed else { return fields }
        fields[.retryAfter] = verdict.untilNext.wholeSeconds
        throw APIError(
            .tooManyRequests, code: "rate_limited",
            message: "this client may read \(verdict.limit) times a minute; wait as long as Retry-After says",
            details: ["limit": .integer(Int64(verdict.limit))], headers: fields)
    }
}

extension HTTPField.Name {
    /// How many reads a minute are allowed.
    static var rateLimitLimit: HTTPField.Name { HTTPField.Name("X-RateLimit-Limit")! }
    /// How many more may follow at once.
    static var rateLimitRemaining: HTTPField.Name { HTTPField.Name("X-RateLimit-Remaining")! }
    /// In how many seconds the whole budget is there again.
    static var rateLimitReset: HTTPField.Name { HTTPField.Name("X-RateLimit-Reset")! }
}

import Foundation
import HTTPTypes
import Hummingbird
import JSON
import Synchronization

/// Bounds how many reads and how many writes a client may make in a minute.
package final class RateLimiter: Sendable {
    /// The requests that are counted and the rates that are allowed.
    package struct Settings: Sendable {
        /// Reads a minute for each client address.
        package var readsPerMinute = 600
        /// Writes a minute for each client address.
        package var writesPerMinute = 600
        /// True when clients on this machine are counted too.
        package var includesLoopback = false
        /// Schemes of `Authorization` whose requests are never counted, such as those that carry a trainer's lease.
        package var exemptSchemes: Set<String> = []

        package init() {}
    }

    private let settings: Settings
    private let now: @Sendable () -> Duration
    private let reads: Mutex<TokenBuckets>
    private let writes: Mutex<TokenBuckets>

    private let date: @Sendable () -> Double

    /// - Parameters:
    ///   - now: A time that never goes back, counted from anywhere.
    ///   - date: The time of day, in seconds since 1970.
    package init(
        _ settings: Settings = Settings(), now: @escaping @Sendable () -> Duration,
        date: @escaping @Sendable () -> Double = { Date().timeIntervalSince1970 }
    ) {
        self.date = date
        self.settings = settings
        self.now = now
        reads = Mutex(TokenBuckets(requestsPerMinute: settings.readsPerMinute))
        writes = Mutex(TokenBuckets(requestsPerMinute: settings.writesPerMinute))
    }

    /// Counts a request; returns what its answer says of the client's budget, nothing when it is not counted.
    ///
    /// - Parameter budget: The route's; nil when there is no route, and then the method decides.
    /// - Throws: 429 with `Retry-After` when the budget is spent.
    func admit(
        _ method: HTTPRequest.Method, _ budget: Route.Budget?, context: RequestScope
    ) throws(APIError) -> HTTPFields {
        let budget = budget ?? (method == .get || method == .head ? .reads : .writes)
        guard budget != .unlimited, settings.includesLoopback || !context.isLoopback,
            !(context.credentials.map { settings.exemptSchemes.contains($0.scheme) } ?? false)
        else { return [:] }
        let time = now()
        let isRead = budget == .reads
        let verdict =
            isRead
            ? reads.withLock { $0.take(for: context.clientAddress, now: time) }
            : writes.withLock { $0.take(for: context.clientAddress, now: time) }
        var fields: HTTPFields = [
            .rateLimitLimit: String(verdict.limit), .rateLimitRemaining: String(verdict.remaining),
            .rateLimitReset: String(Int64((date() + verdict.untilFull / .seconds(1)).rounded(.up))),
        ]
        guard !verdict.isAllowed else { return fields }
        fields[.retryAfter] = verdict.untilNext.wholeSeconds
        throw APIError(
            .tooManyRequests, code: "rate_limited",
            message: "This client may \(isRead ? "read" : "write") \(verdict.limit) times a minute. Wait as long as "
                + "Retry-After says.",
            details: ["limit": .integer(Int64(verdict.limit))], headers: fields)
    }
}

extension HTTPField.Name {
    /// The number of requests that are allowed in a minute.
    static var rateLimitLimit: HTTPField.Name { HTTPField.Name("X-RateLimit-Limit")! }
    /// The number of requests that may still follow at once.
    static var rateLimitRemaining: HTTPField.Name { HTTPField.Name("X-RateLimit-Remaining")! }
    /// The time at which the whole budget is there again, in seconds since 1970.
    static var rateLimitReset: HTTPField.Name { HTTPField.Name("X-RateLimit-Reset")! }
}

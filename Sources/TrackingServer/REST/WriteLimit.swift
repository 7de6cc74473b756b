import HTTPTypes
import Hummingbird
import JSON
import Synchronization
import Tracking

/// Bounds how many writes a client may make in a minute. Reads are bounded before any route is looked for.
///
/// Requests that carry a lease are never counted: they are a trainer's, and what it reports must not wait.
final class WriteLimit: RouterMiddleware {
    typealias Context = APIRequestContext

    private let includesLoopback: Bool
    private let now: @Sendable () -> Duration
    private let buckets: Mutex<TokenBuckets>

    /// - Parameters:
    ///   - includesLoopback: Whether clients on this machine are counted too.
    ///   - now: A clock that never jumps.
    init(writesPerMinute: Int, includesLoopback: Bool, now: @escaping @Sendable () -> Duration) {
        self.includesLoopback = includesLoopback
        self.now = now
        buckets = Mutex(TokenBuckets(requestsPerMinute: writesPerMinute))
    }

    func handle(
        _ request: Request, context: APIRequestContext,
        next: (Request, APIRequestContext) async throws -> Response
    ) async throws -> Response {
        guard request.method != .get, request.method != .head, includesLoopback || !context.isLoopback,
            TrackingService.leaseToken(of: request) == nil
        else { return try await next(request, context) }
        let time = now()
        let verdict = buckets.withLock { $0.take(for: context.clientAddress, now: time) }
        var fields: HTTPFields = [
            .rateLimitLimit: String(verdict.limit), .rateLimitRemaining: String(verdict.remaining),
            .rateLimitReset: verdict.untilFull.wholeSeconds,
        ]
        guard verdict.isAllowed else {
            fields[.retryAfter] = verdict.untilNext.wholeSeconds
            throw APIError(
                .tooManyRequests, code: "rate_limited",
                message: "This client may write \(verdict.limit) times a minute; wait as long as Retry-After says.",
                details: ["limit": .count(verdict.limit)], headers: fields)
        }
        var response = try await next(request, context)
        for field in fields { response.headers[field.name] = field.value }
        return response
    }
}

/// A bucket of tokens for every client: each request takes one, and they come back evenly over a minute.
///
/// Pure: the time is an argument. Keeps at most `maximumClientCount` clients; full buckets are forgotten first.
package struct TokenBuckets: Sendable {
    /// The decision on a request, and what its client has left.
    package struct Verdict: Equatable, Sendable {
        /// True when the request may pass.
        package var isAllowed: Bool
        /// The requests that a full bucket allows.
        package var limit: Int
        /// The requests that may follow at once.
        package var remaining: Int
        /// The time from now until the bucket is full again.
        package var untilFull: Duration
        /// The time from now until the next request may pass; zero when it may at once.
        package var untilNext: Duration
    }

    private struct Bucket {
        var tokens: Double
        var filledAt: Duration
    }

    /// The most clients that are remembered.
    package static let maximumClientCount = 10_000

    private let limit: Int
    private var buckets: [String: Bucket] = [:]

    /// Buckets that allow `requestsPerMinute`, which is at least 1, and as many at once.
    package init(requestsPerMinute: Int) {
        limit = max(1, requestsPerMinute)
    }

    /// The number of clients that are remembered.
    package var clientCount: Int { buckets.count }

    /// Takes a token of `client`'s bucket at `now`, a time that never goes back.
    package mutating func take(for client: String, now: Duration) -> Verdict {
        let perSecond = Double(limit) / 60
        var bucket = buckets[client] ?? Bucket(tokens: Double(limit), filledAt: now)
        bucket.tokens = min(Double(limit), bucket.tokens + max(0, (now - bucket.filledAt) / .seconds(1)) * perSecond)
        bucket.filledAt = now
        let isAllowed = bucket.tokens >= 1
        if isAllowed { bucket.tokens -= 1 }
        if buckets[client] == nil && buckets.count >= Self.maximumClientCount { makeRoom(now: now) }
        buckets[client] = bucket
        return Verdict(
            isAllowed: isAllowed, limit: limit, remaining: Int(bucket.tokens),
            untilFull: .seconds((Double(limit) - bucket.tokens) / perSecond),
            untilNext: bucket.tokens >= 1 ? .zero : .seconds((1 - bucket.tokens) / perSecond))
    }

    /// Forgets the clients whose buckets are full, or the fuller half when none is.
    private mutating func makeRoom(now: Duration) {
        let perSecond = Double(limit) / 60
        func level(_ bucket: Bucket) -> Double {
            bucket.tokens + (now - bucket.filledAt) / .seconds(1) * perSecond
        }
        let full = buckets.filter { level($0.value) >= Double(limit) }
        if full.isEmpty {
            let fuller = buckets.sorted { level($0.value) > level($1.value) }.prefix(buckets.count / 2)
            for (client, _) in fuller { buckets[client] = nil }
        } else {
            for client in full.keys { buckets[client] = nil }
        }
    }
}

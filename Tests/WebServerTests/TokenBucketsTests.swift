import Testing
import WebServer

@Suite("Token buckets")
struct TokenBucketsTests {
    @Test("a full bucket allows its limit at once, and then as fast as tokens come back")
    func refill() {
        var buckets = TokenBuckets(requestsPerMinute: 60)
        for remaining in (0..<60).reversed() {
            let verdict = buckets.take(for: "a", now: .seconds(5))
            #expect(verdict.isAllowed)
            #expect(verdict.remaining == remaining)
        }
        var verdict = buckets.take(for: "a", now: .seconds(5))
        #expect(!verdict.isAllowed)
        #expect(verdict.untilNext == .seconds(1))
        #expect(verdict.untilFull == .seconds(60))
        verdict = buckets.take(for: "a", now: .milliseconds(5999))
        #expect(!verdict.isAllowed)
        verdict = buckets.take(for: "a", now: .milliseconds(6001))
        #expect(verdict.isAllowed)
        #expect(verdict.remaining == 0)
    }

    @Test("clients have buckets of their own")
    func clients() {
        var buckets = TokenBuckets(requestsPerMinute: 1)
        #expect(buckets.take(for: "a", now: .zero).isAllowed)
        #expect(buckets.take(for: "b", now: .zero).isAllowed)
        #expect(!buckets.take(for: "a", now: .zero).isAllowed)
    }

    @Test("however many clients come, only so many are remembered, and the busy ones first")
    func bounded() {
        var buckets = TokenBuckets(requestsPerMinute: 2)
        _ = buckets.take(for: "busy", now: .zero)
        _ = buckets.take(for: "busy", now: .zero)
        for client in 0..<(3 * TokenBuckets.maximumClientCount) {
            _ = buckets.take(for: "\(client)", now: .zero)
            #expect(buckets.clientCount <= TokenBuckets.maximumClientCount)
        }
        #expect(!buckets.take(for: "busy", now: .zero).isAllowed)
    }
}

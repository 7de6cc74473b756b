import Testing
import TrackingClient

@Suite struct RetryPolicyTests {
    private let policy = RetryPolicy(maximumAttempts: 4, firstDelay: .seconds(1), maximumDelay: .seconds(3))

    private func delay(_ attempt: Int, _ error: ClientError, repeatable: Bool = true, random: Double = 0) -> Duration? {
        policy.delay(afterAttempt: attempt, failedWith: error, isRepeatable: repeatable, random: random)
    }

    private func refusal(_ status: Int, retryAfter: Duration? = nil) -> ClientError {
        ClientError(.refused(status: status, code: "x"), "", retryAfter: retryAfter)
    }

    @Test("The wait doubles up to its limit; half of it is chance")
    func doubling() {
        #expect((1...3).map { delay($0, refusal(503)) } == [.milliseconds(500), .seconds(1), .milliseconds(1500)])
        #expect(delay(1, refusal(503), random: 0.5) == .milliseconds(750))
    }

    @Test("The last attempt is the last")
    func limit() {
        #expect(delay(4, refusal(503)) == nil)
        #expect(
            RetryPolicy.never.delay(afterAttempt: 1, failedWith: refusal(503), isRepeatable: true, random: 0) == nil)
    }

    @Test(
        "What another attempt cannot change is not sent again",
        arguments: [400, 401, 403, 404, 405, 409, 411, 413, 415, 416, 422, 500, 501, 507])
    func permanent(status: Int) {
        #expect(delay(1, refusal(status)) == nil)
    }

    @Test("What passes is sent again", arguments: [408, 425, 429, 502, 503, 504])
    func transient(status: Int) {
        #expect(delay(1, refusal(status)) != nil)
    }

    @Test("A request that cannot be repeated is sent again only when no connection was made")
    func notRepeatable() {
        #expect(delay(1, refusal(503), repeatable: false) == nil)
        #expect(delay(1, ClientError(.interrupted, ""), repeatable: false) == nil)
        #expect(delay(1, ClientError(.timedOut, ""), repeatable: false) == nil)
        #expect(delay(1, ClientError(.unreachable, ""), repeatable: false) != nil)
        #expect(delay(1, ClientError(.interrupted, "")) != nil)
    }

    @Test("The server's Retry-After is waited for, and more than the limit is not")
    func retryAfter() {
        #expect(delay(1, refusal(429, retryAfter: .seconds(2))) == .seconds(2))
        #expect(delay(3, refusal(429, retryAfter: .seconds(1))) == .milliseconds(1500))
        #expect(delay(1, refusal(429, retryAfter: .seconds(4))) == nil)
    }

    @Test("Cancellation and damage are final")
    func final() {
        for code in [ClientError.Code.cancelled, .file, .digestMismatch, .unexpectedAnswer, .invalidAddress] {
            #expect(delay(1, ClientError(code, "")) == nil)
        }
    }
}

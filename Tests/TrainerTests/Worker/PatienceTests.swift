import Synchronization
import TestSupport
import Testing
import TrackingClient
import Trainer

@Suite("Waiting for a server")
struct PatienceTests {
    static let unreachable = ClientError(.unreachable, "nobody is there")

    @Test("what is not answered is sent again, ever more slowly, until the server is back")
    func comesBack() async throws {
        let clock = ImmediateClock()
        let patience = Patience(clock: clock, random: { 1 })
        let count = Mutex(0)
        let answer = try await patience.persist { () async throws(ClientError) in
            let call = count.withLock { count in
                count += 1
                return count
            }
            guard call == 8 else { throw Self.unreachable }
            return "done"
        }
        #expect(answer == "done")
        #expect(
            clock.sleeps == [
                .milliseconds(200), .milliseconds(400), .milliseconds(800), .milliseconds(1600),
                .milliseconds(3200), .seconds(5), .seconds(5),
            ])
    }

    @Test("after a quarter of an hour without an answer it gives up")
    func givesUp() async {
        let clock = ImmediateClock()
        let patience = Patience(clock: clock, random: { 0.5 })
        await #expect(throws: TrainerError(.unreachable, "")) {
            try await patience.persist { () async throws(ClientError) in throw Self.unreachable }
        }
        #expect(clock.now.offset >= .seconds(900))
        #expect(clock.now.offset < .seconds(910))
    }

    @Test(
        "what the server refuses is not sent again",
        arguments: [
            (ClientError(.refused(status: 409, code: "stale_attempt"), ""), TrainerError.Code.staleAttempt),
            (ClientError(.refused(status: 409, code: "lease_held"), ""), .notClaimable),
            (ClientError(.refused(status: 409, code: "wrong_status"), ""), .notClaimable),
            (ClientError(.refused(status: 422, code: "invalid_field"), ""), .refused),
            (ClientError(.refused(status: 403, code: "lease_invalid"), ""), .refused),
            (ClientError(.digestMismatch, ""), .checkpoint), (ClientError(.cancelled, ""), .cancelled),
        ])
    func refusals(error: ClientError, code: TrainerError.Code) async {
        let clock = ImmediateClock()
        await #expect(throws: TrainerError(code, "")) {
            try await Patience(clock: clock).persist { () async throws(ClientError) in throw error }
        }
        #expect(clock.sleeps.isEmpty)
    }

    @Test("a server without room, or one that asks to wait, is waited for", arguments: [429, 500, 503, 507])
    func waits(status: Int) async throws {
        let clock = ImmediateClock()
        let count = Mutex(0)
        try await Patience(clock: clock).persist { () async throws(ClientError) in
            let isFirst = count.withLock { count in
                count += 1
                return count == 1
            }
            if isFirst { throw ClientError(.refused(status: status, code: "x"), "", retryAfter: .seconds(7)) }
        }
        #expect(clock.sleeps == [.seconds(7)])
    }
}

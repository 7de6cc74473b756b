package import TrackingClient

/// The limits within which a trainer goes on sending what the server does not answer.
///
/// What it sends is repeatable, so it waits through a restart of the server; training waits with it and loses nothing.
package struct Patience: Sendable {
    /// The longest time without an answer before it gives up.
    package var limit: Duration = .seconds(15 * 60)
    /// The first wait; it doubles up to `maximumDelay`.
    package var firstDelay: Duration = .milliseconds(200)
    package var maximumDelay: Duration = .seconds(5)

    private let clock: any Clock<Duration>
    private let random: @Sendable () -> Double

    /// `random` is uniform in 0..<1 and spreads the waits.
    package init(
        clock: any Clock<Duration> = ContinuousClock(),
        random: @escaping @Sendable () -> Double = { Double.random(in: 0..<1) }
    ) {
        self.clock = clock
        self.random = random
    }

    /// The result of `body`, which is called again while it fails for want of an answer, of room or of a ready server.
    /// - Throws: `.unreachable` after `limit`, or what another failure of `body` means for the attempt.
    package func persist<Result: Sendable>(
        _ body: () async throws(ClientError) -> Result
    ) async throws(TrainerError) -> Result {
        try await persist(on: clock, body)
    }

    private func persist<Result: Sendable, C: Clock<Duration>>(
        on clock: C, _ body: () async throws(ClientError) -> Result
    ) async throws(TrainerError) -> Result {
        let start = clock.now
        var delay = firstDelay
        while true {
            let failure: ClientError
            do throws(ClientError) {
                return try await body()
            } catch {
                failure = error
            }
            guard RetryPolicy.isTransient(failure) || failure.status == 500 || failure.status == 507 else {
                throw TrainerError(failure)
            }
            if start.duration(to: clock.now) >= limit {
                throw TrainerError(
                    .unreachable,
                    "The server has not accepted a report for \(limit.components.seconds) s. The training ends here and "
                        + "continues from its last checkpoint when the session is started again. \(failure.message)")
            }
            let wait = max(delay / 2 + delay / 2 * random(), min(failure.retryAfter ?? .zero, .seconds(60)))
            delay = min(delay * 2, maximumDelay)
            do {
                try await clock.sleep(for: wait)
            } catch {
                throw TrainerError(.cancelled, "The trainer was cancelled.")
            }
        }
    }
}

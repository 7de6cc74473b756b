/// The clock and the randomness of deliveries: a simulation puts its own in their place.
package struct DeliveryTiming: Sendable {
    /// Returns after the time, or throws `CancellationError` when the task is cancelled before.
    package var sleep: @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) }
    /// The factor of the time to the next attempt: another number within a fifth of 1 each time.
    package var chance: @Sendable () -> Double = { Double.random(in: 0.8...1.2) }

    package init() {}
}

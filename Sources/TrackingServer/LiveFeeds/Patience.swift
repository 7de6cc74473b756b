import EventLog
import Tracking

/// A time after which waiting is given up.
struct Patience {
    private let remaining: @Sendable () async throws -> Void

    /// From now on, `duration` by `clock`.
    init(_ duration: Duration, clock: any Clock<Duration>) {
        remaining = Self.sleeper(duration, clock)
    }

    /// Waits until the log is past `position`; false when that took too long.
    ///
    /// - Throws: `CancellationError` when the task is cancelled or the store closes.
    func wait(for store: any EventStore, after position: LogPosition) async throws -> Bool {
        if store.head > position { return true }
        return try await withThrowingTaskGroup(of: Bool.self) { group in
            group.addTask {
                _ = try await store.waitForEvents(after: position)
                return true
            }
            group.addTask { [remaining] in
                try await remaining()
                return false
            }
            defer { group.cancelAll() }
            return try await group.next() ?? false
        }
    }

    private static func sleeper<C: Clock>(
        _ duration: Duration, _ clock: C
    ) -> @Sendable () async throws -> Void where C.Duration == Duration {
        let deadline = clock.now.advanced(by: duration)
        return { try await clock.sleep(until: deadline, tolerance: nil) }
    }
}

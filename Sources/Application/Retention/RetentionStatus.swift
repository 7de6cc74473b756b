import Synchronization
import Tracking

/// What is known of the retention rules' work, for all threads: whether they are being applied, what they could not do, and
/// which sessions they need not look at again.
package final class RetentionStatus: Sendable {
    /// The sessions that are remembered: some 20 MiB.
    private static let mostSessions = 100_000

    /// The versions of a session's streams when a rule found nothing to take.
    struct Versions: Equatable {
        var session: StreamVersion
        var telemetry: StreamVersion
    }

    private struct State {
        var isBusy = false
        var fault: String?
        var recordCount: UInt64 = 0
        var checkpointCount: UInt64 = 0
        /// By the event that set the rule, then by the session.
        var done: [LogPosition: [Session.ID: Versions]] = [:]
    }

    private let state = Mutex(State())

    package init() {}

    /// The reason that the rules stopped, with the rule and the session; nil when they did all that was due.
    package var fault: String? { state.withLock { $0.fault } }
    /// The records and checkpoints that went since the start of the server.
    package var counts: (records: UInt64, checkpoints: UInt64) {
        state.withLock { ($0.recordCount, $0.checkpointCount) }
    }

    /// Returns what `body` does while nobody else applies the rules.
    ///
    /// - Throws: `retentionBusy` at once when somebody does, and what `body` throws.
    func alone<Value>(_ body: () async throws -> Value) async throws -> Value {
        let isFree = state.withLock { state in
            defer { state.isBusy = true }
            return !state.isBusy
        }
        guard isFree else { throw TrackerError.retentionBusy }
        defer { state.withLock { $0.isBusy = false } }
        return try await body()
    }

    func stopped(_ fault: String) { state.withLock { $0.fault = fault } }

    func succeeded() { state.withLock { $0.fault = nil } }

    func took(_ item: RetentionReport.Item) {
        state.withLock {
            $0.recordCount += UInt64(item.redacted.recordCount)
            $0.checkpointCount += UInt64(item.checkpoints.count)
        }
    }

    // MARK: - What need not be looked at again

    /// True when the rule that was set at `rule` found nothing to take of the session as it is.
    func isDone(_ session: Session.ID, _ versions: Versions, by rule: LogPosition) -> Bool {
        state.withLock { $0.done[rule]?[session] == versions }
    }

    /// Remembers that the rule that was set at `rule` has nothing to take of the session.
    func done(_ session: Session.ID, _ versions: Versions, by rule: LogPosition) {
        state.withLock { state in
            guard state.done.values.reduce(0, { $0 + $1.count }) < Self.mostSessions else { return }
            state.done[rule, default: [:]][session] = versions
        }
    }

    /// Forgets what rules found that are not there any more.
    func forget(allBut rules: Set<LogPosition>) {
        state.withLock { state in
            state.done = state.done.filter { rules.contains($0.key) }
        }
    }
}

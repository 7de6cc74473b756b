package import Application
package import Logging
import Synchronization
import Tracking

/// Applies the retention rules once an hour, and some minutes after the start of the server. Without rules it does nothing.
///
/// It stops when something fails, which `RetentionStatus` reports, and goes on an hour later without repeating anything.
package final class RetentionWorker: Reactor {
    /// The time between two walks over the sessions.
    private static let pause = Duration.seconds(3600)
    /// The sessions of which one call takes something.
    private static let batch = 1000

    package let name = "retention"
    package let interval: Duration? = .seconds(300)

    private let core: TrackerCore
    private let retention: Retention
    private let logger: Logger
    /// The time at which the last walk began; nil before the first one.
    private let last = Mutex<Timestamp?>(nil)

    package init(_ tracker: Tracker, logger: Logger) {
        core = tracker.core
        retention = tracker.retention
        self.logger = logger
    }

    package func tick() async throws {
        let now = core.now()
        let isDue = last.withLock { last in
            if let time = last, now < time.advanced(by: Self.pause) { return false }
            last = now
            return true
        }
        guard isDue else { return }
        do {
            var hasMore = true
            while hasMore {
                let report = try await retention.run(limit: Self.batch).value
                hasMore = report.hasMore
                guard !report.items.isEmpty else { continue }
                logger.notice(
                    "Retention rules were applied.",
                    metadata: [
                        "sessions": "\(Set(report.items.map(\.session)).count)",
                        "redacted_records": "\(report.items.reduce(0) { $0 + $1.redacted.recordCount })",
                        "deleted_checkpoints": "\(report.items.reduce(0) { $0 + $1.checkpoints.count })",
                    ])
            }
        } catch TrackerError.retentionBusy {
            // Somebody applies them by hand.
        } catch {
            guard !Task.isCancelled else { throw error }
            logger.error(
                "The retention rules have stopped; they are applied again in an hour.",
                metadata: ["error": "\(core.retentionStatus.fault ?? "\(error)")"])
        }
    }
}

import Blobs
import EventLog
import Logging
import Projections
import ServiceLifecycle
import Tracking

/// Deletes the blobs that nothing in the log refers to any more, once an hour, after a grace period.
struct BlobSweeper: Service {
    /// How long a blob that nothing refers to stays.
    static let grace = Duration.seconds(24 * 3600)
    private static let interval = Duration.seconds(3600)

    let service: TrackingService
    let logger: Logger

    func run() async throws {
        do {
            try await cancelWhenGracefulShutdown {
                while true {
                    try await Task.sleep(for: Self.interval)
                    await sweep()
                }
            }
        } catch is CancellationError {
            // The server shuts down.
        }
    }

    private func sweep() async {
        do {
            try await service.waitForReadModels(service.store.head)
            let digests = try service.readModels.read { try $0.referencedDigests() }
            let report = try await service.blobs.sweep(keeping: digests, olderThan: Self.grace, now: service.now())
            logger.info("Unreferenced blobs were swept.", metadata: ["report": "\(report)"])
        } catch {
            logger.warning("Blobs could not be swept; trying again later.", metadata: ["error": "\(error)"])
        }
    }
}

package import Application
import Blobs
package import Logging
import ReadModels

/// Deletes the blobs that nothing in the log refers to any more, once an hour, after a grace period.
package struct BlobSweeper: Reactor {
    /// The time that a blob is kept when nothing refers to it.
    private static let grace = Duration.seconds(24 * 3600)

    package let name = "blob-sweeper"
    package let interval: Duration?

    private let core: TrackerCore
    private let logger: Logger

    package init(_ core: TrackerCore, interval: Duration = .seconds(3600), logger: Logger) {
        self.core = core
        self.interval = interval
        self.logger = logger
    }

    package func tick() async throws {
        let digests = try await core.readWithoutLimit { try $0.referencedDigests() }
        let report = try await core.blobs.sweep(keeping: digests, olderThan: Self.grace, now: core.now())
        logger.info("Unreferenced blobs were deleted.", metadata: ["report": "\(report)"])
    }
}

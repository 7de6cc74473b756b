package import Application
import Blobs
import EventLog
package import Logging
import ReadModels

/// Deletes the blobs that nothing in the log refers to any more, once an hour, after a grace period.
///
/// What the log refers to is read from the read models as of one position, a thousand documents at a time, and every read
/// ends before the next begins and before a file is looked at. An event after that position can only name a blob that was
/// put meanwhile, which is young, or one that something named at that position already. All of it takes some 32 MiB of
/// memory, however much there is.
package struct BlobSweeper: Reactor {
    /// The time that a blob is kept when nothing refers to it.
    private static let grace = Duration.seconds(24 * 3600)

    package let name = "blob-sweeper"
    package let interval: Duration?

    private let core: TrackerCore
    private let logger: Logger
    private let documentCount: Int
    private let afterRead: @Sendable () async throws -> Void

    /// - Parameters:
    ///   - documentCount: The most documents that one read looks at.
    ///   - afterRead: Called after each read: for tests of what happens between them.
    package init(
        _ core: TrackerCore, interval: Duration = .seconds(3600), logger: Logger, documentCount: Int = 1000,
        afterRead: @escaping @Sendable () async throws -> Void = {}
    ) {
        self.core = core
        self.interval = interval
        self.logger = logger
        self.documentCount = documentCount
        self.afterRead = afterRead
    }

    package func tick() async throws { try await sweep(olderThan: Self.grace) }

    /// Deletes the blobs that nothing refers to and that were neither put nor renewed for `grace`.
    func sweep(olderThan grace: Duration) async throws {
        var marks = await core.blobs.beginSweep(now: core.now())
        let position = core.store.head
        var cursor: BlobReferences.Cursor?
        repeat {
            let references = try await core.readWithoutLimit(asOf: position) { [cursor, documentCount] snapshot in
                try snapshot.blobReferences(after: cursor, documentCount: documentCount)
            }
            for reference in references.all { marks.insert(reference.digest) }
            cursor = references.next
            try await afterRead()
        } while cursor != nil
        let report = try await core.blobs.sweep(keeping: marks, olderThan: grace)
        logger.info(
            report.isPostponed
                ? "A sweep of blobs was put off, since a backup is being made." : "Unreferenced blobs were deleted.",
            metadata: ["report": "\(report)"])
    }
}

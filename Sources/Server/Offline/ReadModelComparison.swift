package import EventLog
import Foundation
import ReadModels
package import Tracking

/// Compares the read models of a data directory with ones that are built anew from its log.
///
/// Both are looked at in copies that are deleted afterwards: opening damaged read models would delete them.
package enum ReadModelComparison {
    /// What came of it.
    package enum Outcome: Equatable, Sendable {
        /// The read models are those of the log up to the position.
        case equal(LogPosition)
        /// There are none; the next start builds them.
        case missing
        /// They are damaged, unfinished, or of another log.
        case unusable
        /// They hold something else than the log up to the position.
        case different(LogPosition)
    }

    /// Compares, and returns once the copies are deleted.
    ///
    /// - Parameter progress: Called with the position that is reached and the one of the end.
    /// - Throws: `StorageError`, and `ProjectionError` when an event cannot be folded.
    package static func run(
        in directory: DataDirectory, _ store: LMDBEventStore, progress: (LogPosition, LogPosition) -> Void
    ) async throws -> Outcome {
        let manager = FileManager.default
        guard manager.fileExists(atPath: directory.readModelsFolder),
            try !manager.contentsOfDirectory(atPath: directory.readModelsFolder).isEmpty
        else { return .missing }
        let folder = directory.auditFolder
        if manager.fileExists(atPath: folder) { try manager.removeItem(atPath: folder) }
        try DataDirectory.makeFolder(folder)
        let outcome: Result<Outcome, any Error>
        do {
            try manager.copyItem(atPath: directory.readModelsFolder, toPath: folder + "/present")
            outcome = .success(try await compare(folder, store, progress))
        } catch {
            outcome = .failure(error)
        }
        try manager.removeItem(atPath: folder)
        return try outcome.get()
    }

    private static func compare(
        _ folder: String, _ store: LMDBEventStore, _ progress: (LogPosition, LogPosition) -> Void
    ) async throws -> Outcome {
        let present = try ReadModels(folder: folder + "/present")
        defer { present.close() }
        let end = present.position
        guard present.isComplete, end <= store.head else { return .unusable }
        try DataDirectory.makeFolder(folder + "/rebuilt")
        let rebuilt = try ReadModels(folder: folder + "/rebuilt")
        defer { rebuilt.close() }
        while rebuilt.position < end {
            let batch = try await store.events(after: rebuilt.position)
            let events = batch.events.prefix { $0.position <= end }
            guard !events.isEmpty else { return .different(end) }
            try rebuilt.apply(Array(events))
            progress(rebuilt.position, end)
        }
        let digest: Digest
        do throws(ReadModelError) {
            digest = try present.digest()
        } catch {
            return .unusable
        }
        return try digest == rebuilt.digest() && present.isComplete ? .equal(end) : .different(end)
    }
}

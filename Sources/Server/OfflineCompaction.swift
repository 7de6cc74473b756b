package import EventLog
import Foundation
import Text

/// Writes the log of a data directory that no server has anew, and deletes what else may hold content that was removed from it.
package enum OfflineCompaction {
    /// Returns once the log is compact and verified, and the read models are gone: they are built again from the log.
    ///
    /// - Throws: `StorageError` when the log is damaged, in which case it is as before, or the disk refuses.
    package static func run(in directory: DataDirectory) async throws(StorageError) -> LogCompaction.Outcome {
        let outcome = try await LogCompaction(in: directory).run()
        guard FileManager.default.fileExists(atPath: directory.readModelsFolder) else { return outcome }
        do {
            try FileManager.default.removeItem(atPath: directory.readModelsFolder)
        } catch {
            throw StorageError(
                .failed,
                "The log is compact, but the read models in \(directory.readModelsFolder) could not be removed: "
                    + "\(FileFault.words(error)). Check who owns them, then try again.")
        }
        return outcome
    }
}

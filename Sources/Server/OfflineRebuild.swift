package import EventLog
import ReadModels
package import Tracking

/// Builds the read models anew from the log of a data directory that no server has.
package enum OfflineRebuild {
    /// Deletes the documents and folds the whole log again; returns the position they show then.
    ///
    /// - Parameter progress: Called a few times a second with the position that is reached and the one of the end.
    /// - Throws: `StorageError` when the directory is held by another process or the log cannot be read, and
    ///   `ProjectionError` when an event cannot be folded.
    package static func run(
        in directory: DataDirectory, progress: @escaping @Sendable (LogPosition, LogPosition) -> Void
    ) async throws -> LogPosition {
        let store = try LMDBEventStore(in: directory)
        let readModels = try ReadModels(folder: directory.readModelsFolder)
        readModels.rebuild()
        let head = store.head
        let outcome: Result<LogPosition, any Error> = await withTaskGroup(of: Void.self) { group in
            group.addTask { await readModels.follow(store) }
            let result = await finish(readModels, head: head, progress: progress)
            group.cancelAll()
            return result
        }
        await store.close()
        return try outcome.get()
    }

    private static func finish(
        _ readModels: ReadModels, head: LogPosition, progress: @Sendable (LogPosition, LogPosition) -> Void
    ) async -> Result<LogPosition, any Error> {
        var isRebuilding = false
        while true {
            switch readModels.activity {
            case .failed(let error): return .failure(error)
            case .building(let position, _), .rebuilding(let position, _):
                isRebuilding = true
                progress(position, head)
            case .following:
                // Before the rebuild is seen to begin, or to be over because there is little to do.
                if isRebuilding || readModels.position >= head { return .success(readModels.position) }
            case .idle: break
            }
            do {
                try await Task.sleep(for: .milliseconds(100))
            } catch {
                return .failure(error)
            }
        }
    }
}

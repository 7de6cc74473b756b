import Blobs
import EventLog
import ReadModels
import Tracking

/// The stores of a server, as its data directory keeps them.
struct Backends {
    let store: LMDBEventStore
    let readModels: ReadModels
    let blobs: FileBlobStore
    /// The failures that stop the log for good.
    let failures: AsyncStream<LogFailure>
    /// The time of day.
    let clock: @Sendable () -> Timestamp

    init(_ directory: DataDirectory) throws {
        let (failures, continuation) = AsyncStream<LogFailure>.makeStream()
        var options = EventLogOptions()
        options.release = PIVOTVersion.current
        options.onFailure = { continuation.yield($0) }
        self.failures = failures
        clock = options.clock
        store = try LMDBEventStore(in: directory, options: options)
        var readModelOptions = ReadModelOptions()
        readModelOptions.readers = options.readers
        readModels = try ReadModels(folder: directory.readModelsFolder, options: readModelOptions)
        blobs = try FileBlobStore(root: directory.blobsFolder, clock: options.clock)
    }
}

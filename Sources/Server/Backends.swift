import Blobs
import EventLog
import LMDB
import Logging
import ReadModels
import Tracking

/// The stores of a server, as its data directory keeps them.
struct Backends {
    let store: LMDBEventStore
    let readModels: ReadModels
    let blobs: FileBlobStore
    /// The failures that stop the log for good.
    let failures: AsyncStream<LogFailure>
    /// The threads on which requests that only read are answered. The log has its own, for whoever writes.
    let readers = ReaderPool(niceness: 5)
    /// The threads on which webhooks are told.
    let messengers = ReaderPool(threadCount: 2, niceness: 10)
    /// The time of day.
    let clock: @Sendable () -> Timestamp

    init(_ directory: DataDirectory, maximumLongReads: Int, logger: Logger) throws {
        let (failures, continuation) = AsyncStream<LogFailure>.makeStream()
        var options = EventLogOptions()
        options.release = PIVOTVersion.current
        options.onFailure = { continuation.yield($0) }
        options.treeProgress = { position, end in
            // Of a few records there is nothing to tell.
            guard position < end else { return }
            logger.notice(
                "The records of the log are hashed into its tree, once.",
                metadata: ["position": "\(position)", "end": "\(end)"])
        }
        self.failures = failures
        clock = options.clock
        store = try LMDBEventStore(in: directory, options: options)
        var readModelOptions = ReadModelOptions()
        readModelOptions.readers = readers
        readModelOptions.longReaders = ReaderPool(threadCount: 2, niceness: 10)
        readModelOptions.maximumLongReads = maximumLongReads
        readModels = try ReadModels(folder: directory.readModelsFolder, options: readModelOptions)
        blobs = try FileBlobStore(
            root: directory.blobsFolder, chunks: StoredChunkIndex(in: directory.blobsFolder),
            clock: options.clock)
    }
}

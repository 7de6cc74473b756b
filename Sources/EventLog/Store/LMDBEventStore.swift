import Foundation
package import LMDB
import Synchronization
package import Tracking

/// The event store of a server: an LMDB environment in the data directory, written by one thread of its own.
///
/// Appends that arrive during one sync are brought to disk together by the next one. When a write fails other than for
/// lack of room, the store stops: the waiting appends get `outcomeUnknown`, `onFailure` is called, and the process has to
/// end, since only a new one can know what is on disk. `close()` it before the data directory is unlocked.
package final class LMDBEventStore: EventStore {
    private let log: Mutex<LogLayout.OpenLog?>
    private let core: LogCore
    private let thread: WriterThread?
    private let layout: LogLayout
    private let salt: @Sendable () -> Salt
    private let compressor = PayloadCompressor()
    private let scanCount: Int
    let recent: RecentIndex
    let recentEvents = RecentEvents()
    let readers: ReaderPool

    /// Opens the log in `directory`, or makes it when there is none.
    ///
    /// - Throws: `newerFormat`, naming the release that is needed, when a later one has written what this one cannot
    ///   read; `damaged` when the data file was cut, is missing or is something else: it is not touched.
    package init(in directory: DataDirectory, options: EventLogOptions = EventLogOptions()) throws(StorageError) {
        try directory.checkIsComplete()
        let layout = LogLayout(directory: directory, options: options)
        try layout.makeIfMissing()
        let log = try layout.open()
        let journal = try layout.journal(of: log)
        let queue = AppendQueue(bounds: options.bounds)
        do throws(LMDBError) {
            let writer = try EventLogWriter(
                environment: log.environment, tables: log.tables, queue: queue, journal: journal,
                recent: log.recent, recentEvents: recentEvents, tail: log.tail, bounds: options.bounds,
                probe: options.probe, release: options.release, reach: options.reach)
            core = LogCore(writer: writer, queue: queue, directory: directory, options: options)
        } catch {
            throw StorageError(error)
        }
        self.log = Mutex(log)
        recent = log.recent
        self.layout = layout
        scanCount = options.bounds.scanCount
        readers = options.readers
        salt = options.salt
        thread = options.isStepped ? nil : WriterThread(driving: core, flushingAfter: options.bounds.unflushedDuration)
    }

    deinit {
        core.queue.stop("It was closed.")
        core.signal.close()
        thread?.stop()
    }

    /// Does what `EventStore.close()` says; the environment goes once the last read has ended.
    package func close() async {
        core.queue.stop("It was closed.")
        thread?.stop()
        await thread?.waitForEnd()
        while thread == nil, core.step() {}
        let isWhole = core.close() == nil
        core.signal.close()
        let last = log.withLock { log in
            defer { log = nil }
            return log
        }
        if let last, isWhole { layout.close(last) }
    }

    package var failure: LogFailure? { core.failure }

    package var syncCount: UInt64 { core.syncCount.load(ordering: .relaxed) }

    package var head: LogPosition { core.signal.head }

    package func waitForEvents(
        after position: LogPosition, matching filter: EventFilter
    ) async throws(CancellationError) -> LogPosition {
        try await core.signal.wait(after: position, matching: filter)
    }

    package func append(_ request: AppendRequest) async throws(AppendError) -> AppendResult {
        let prepared = try PreparedAppend(request, compressor: compressor, salt: salt)
        let result = await withCheckedContinuation { continuation in
            enqueue(prepared) { continuation.resume(returning: $0) }
        }
        return try result.get()
    }

    /// Lets `request` wait to be written; `reply` is called once, from the writer or at once when it is refused. For
    /// drivers that have no task to suspend.
    package func submit(
        _ request: AppendRequest, reply: @escaping @Sendable (Result<AppendResult, AppendError>) -> Void
    ) {
        do throws(AppendError) {
            enqueue(try PreparedAppend(request, compressor: compressor, salt: salt), reply)
        } catch {
            reply(.failure(error))
        }
    }

    /// Writes the next group and answers those who wait for it; only for a store that is opened with `isStepped`. Returns
    /// whether there was one.
    package func step() -> Bool {
        precondition(thread == nil, "the store has a thread that drives it")
        return core.step()
    }

    /// Brings everything that is on disk in the journal to the database, which otherwise happens by itself.
    ///
    /// - Throws: `failed` when the disk has no room or refuses; nothing is lost then.
    package func flush() throws(StorageError) {
        if let failure = core.flush() { throw StorageError(.failed, failure.details) }
    }

    private func enqueue(_ append: PreparedAppend, _ reply: @escaping AppendQueue.Reply) {
        do throws(AppendError) {
            if try core.queue.enqueue(append, reply: reply) { thread?.wake() }
        } catch {
            reply(.failure(error))
        }
    }

    /// Reads the log as it is now.
    func reader() throws(StorageError) -> LogReader { LogReader(log: try opened(), head: head, scanCount: scanCount) }

    func opened() throws(StorageError) -> LogLayout.OpenLog {
        guard let log = log.withLock({ $0 }) else { throw .closed }
        return log
    }

    /// The room that the log takes.
    package func statistics() throws(StorageError) -> EnvironmentStatistics {
        let environment = try opened().environment
        do throws(LMDBError) {
            return try environment.statistics()
        } catch {
            throw StorageError(error)
        }
    }

    /// Writes a consistent copy of the log into the new folder `folder` while others write. Returns the position that
    /// the copy reaches at least, once the copy is on disk.
    package func copy(to folder: String) throws(StorageError) -> LogPosition {
        let environment = try opened().environment
        let head = head
        try flush()
        try DataDirectory.makeFolder(folder)
        do throws(LMDBError) {
            try environment.copy(to: folder)
        } catch {
            throw StorageError(error)
        }
        return head
    }
}

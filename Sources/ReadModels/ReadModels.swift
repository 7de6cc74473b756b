import Dispatch
import LMDB
import Synchronization
package import Tracking

/// The documents that the log folds into: everything that is shown.
///
/// They live in an LMDB environment of their own, one folder for each set of projection versions, which can be deleted at
/// any time and is then built again from the log. Reading goes through `read(asOf:_:)`; `follow(_:)` writes, and nobody
/// else does.
///
/// ```swift
/// guard await readModels.waitUntilCaughtUp(to: log.head, within: .seconds(2)) else { … }
/// let (session, position) = try readModels.read { snapshot in (try snapshot.session(id), snapshot.position) }
/// ```
package final class ReadModels: Sendable {
    let options: ReadModelOptions
    /// The long answers that are under way.
    package let longReads: LongReads
    let folder: ReadModelFolder
    let waiters: PositionWaiters
    /// Write transactions begin and end on one thread: each runs as one block of this queue.
    let queue = DispatchQueue(label: "pivot.read-models")
    let rebuildSignal = Signal()
    let state: Mutex<State>

    struct State {
        var store: ReadModelStore
        /// True when the rows were complete once and lie in their own folder.
        var isComplete: Bool
        var activity = ReadModelState.idle
        var isRebuildWanted = false
        /// True when `store` was found damaged: it answers nothing more and is to be replaced.
        var isDamaged = false
        /// The number of times that damaged rows were found.
        var damageCount = 0
    }

    /// Opens the documents in `folder`, which is made when it is missing. They show what they hold at once; damaged ones
    /// are deleted, and built again by `follow(_:)`.
    package init(folder path: String, options: ReadModelOptions = ReadModelOptions()) throws(ProjectionError) {
        folder = ReadModelFolder(path: path, version: ProjectionList.version, environment: options.environment)
        self.options = options
        longReads = LongReads(pool: options.longReaders, maximumCount: options.maximumLongReads)
        let (store, isComplete) = try folder.open()
        state = Mutex(State(store: store, isComplete: isComplete))
        do throws(LMDBError) {
            waiters = PositionWaiters(position: try store.position())
        } catch {
            throw .storage(error)
        }
        StructureCheck(store).begin { [weak self, weak store] in
            if let store { self?.noteDamage(of: store) }
        }
    }

    /// Says that the process ends in order.
    package func close() { StructureCheck(state.withLock { $0.store }).end() }

    /// The current activity of the documents.
    package var activity: ReadModelState {
        state.withLock { $0.isDamaged ? .building(position: .start, head: waiters.position) : $0.activity }
    }

    /// The number of times since the start that rows were found damaged, which are then built again.
    package var damageCount: Int { state.withLock { $0.damageCount } }

    /// True when the documents were complete once and are sound as far as is known.
    package var isComplete: Bool { state.withLock { $0.isComplete && !$0.isDamaged } }

    /// The position of the last event that the documents hold.
    package var position: LogPosition { waiters.position }

    /// Returns what `body` makes of the newest state, or of the state right after the event at `asOf`.
    ///
    /// The snapshot must not leave `body`, which should read what it needs and return.
    /// - Throws: `ReadModelError`: `notReached` when `asOf` lies after the documents' position, `building` while they are
    ///   built; and what `body` throws.
    package func read<Result>(
        asOf: LogPosition? = nil, _ body: (borrowing ReadModelSnapshot) throws -> Result
    ) throws -> Result {
        let (store, activity, isDamaged) = state.withLock { ($0.store, $0.activity, $0.isDamaged) }
        if isDamaged { throw ReadModelError.building(.start, of: position) }
        if case .building(let position, let head) = activity { throw ReadModelError.building(position, of: head) }
        do {
            let transaction: ReadTransaction
            do throws(LMDBError) {
                transaction = try store.environment.beginReading()
            } catch {
                throw ReadModelError(error)
            }
            return try body(try ReadModelSnapshot(transaction: transaction, tables: store.tables, asOf: asOf))
        } catch let error as ReadModelError where error.meansDamage {
            noteDamage(of: store)
            throw ReadModelError.building(.start, of: position)
        } catch let error as LMDBError where error.meansDamage {
            noteDamage(of: store)
            throw ReadModelError.building(.start, of: position)
        }
    }

    /// Lets `store` answer nothing more, and asks `follow(_:)` to build other rows in its place.
    func noteDamage(of store: ReadModelStore) {
        state.withLock { state in
            guard state.store === store, !state.isDamaged else { return }
            state.isDamaged = true
            state.damageCount += 1
            state.isRebuildWanted = true
        }
        rebuildSignal.raise()
    }

    /// The same on a thread of the pool that `options.readers` is (or that the task prefers), so that a page that is not in
    /// memory holds up no task.
    ///
    /// - Throws: `busy` too, when too many reads wait, and `CancellationError` when the task was cancelled before its turn.
    package func snapshot<Value: Sendable>(
        asOf: LogPosition? = nil, _ body: @escaping @Sendable (borrowing ReadModelSnapshot) throws -> Value
    ) async throws -> Value {
        let result: Result<Value, any Error>
        do throws(ReaderPool.Refusal) {
            result = try await options.readers.run { Result { try self.read(asOf: asOf, body) } }
        } catch {
            guard error == .busy else { throw CancellationError() }
            throw ReadModelError.busy(error)
        }
        return try result.get()
    }

    /// Returns true once the documents hold every event up to `position`; false when they do not within `timeout`, or
    /// stopped following the log. Whoever waits makes what is new be written at once.
    package func waitUntilCaughtUp(to position: LogPosition, within timeout: Duration) async -> Bool {
        await waiters.wait(for: position, within: timeout)
    }

    /// Asks `follow(_:)` to build the documents anew from the log's beginning, beside the present ones, which answer until
    /// they are replaced.
    package func rebuild() {
        state.withLock { $0.isRebuildWanted = true }
        rebuildSignal.raise()
    }

    /// Folds `events`, the next of the log in order, into the documents. Returns their new position once it is written.
    ///
    /// For whoever drives the documents step by step; not beside `follow(_:)`.
    /// - Throws: `undecodable` or `outOfOrder` after everything before that event was written; `storage`, when the documents
    ///   are of what `position` tells.
    @discardableResult
    package func apply(_ events: [RecordedEvent]) throws(ProjectionError) -> LogPosition {
        let store = state.withLock { $0.store }
        do throws(ProjectionError) {
            let position = try store.apply(events)
            waiters.advance(to: position)
            return position
        } catch {
            try notePosition(of: store)
            throw error
        }
    }

    /// Notes what `store`, the present one, holds after an error: the events before it may have been written.
    func notePosition(of store: ReadModelStore) throws(ProjectionError) {
        do throws(LMDBError) { waiters.advance(to: try store.position()) } catch { throw .storage(error) }
    }

    /// The digest of everything the documents hold. Building them again from the same log gives the same one.
    package func digest() throws(ReadModelError) -> Digest {
        let store = state.withLock { $0.store }
        do throws(LMDBError) {
            return try store.digest()
        } catch {
            throw ReadModelError(error)
        }
    }

    /// The bytes of the data file that were used at least once.
    package func usedByteCount() throws(ReadModelError) -> Int {
        let store = state.withLock { $0.store }
        do throws(LMDBError) {
            return try store.environment.statistics().usedByteCount
        } catch {
            throw ReadModelError(error)
        }
    }
}

import Foundation
import LMDB
import Synchronization
package import Tracking

/// The documents that the log folds into: everything that is shown.
///
/// They live in an LMDB environment of their own, one folder for each set of projection versions, which can be deleted at
/// any time and is then built again from the log. Reading goes through `read(asOf:_:)`; only the projector writes.
///
/// ```swift
/// guard await readModels.waitUntilCaughtUp(to: log.head, within: .seconds(2)) else { … }
/// let (session, position) = try readModels.read { snapshot in (try snapshot.session(id), snapshot.position) }
/// ```
package final class ReadModels: Sendable {
    private let folder: String
    private let state: Mutex<State>
    private let waiters = PositionWaiters()

    private struct State {
        var store: ReadModelStore
        var activity = ReadModelState.idle
    }

    /// Opens the documents in `folder`, which is made when it is missing. They show what they hold at once.
    package init(folder: String) throws(ProjectionError) {
        self.folder = folder
        let path = folder + "/" + ProjectionList.version
        do {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        } catch {
            throw .folder("the folder \(path) could not be made: \(error)")
        }
        do throws(LMDBError) {
            state = Mutex(State(store: try ReadModelStore(path: path)))
        } catch {
            throw .storage(error)
        }
    }

    /// What the documents are doing.
    package var activity: ReadModelState { state.withLock { $0.activity } }

    /// The position of the last event that the documents hold.
    package func position() throws(ReadModelError) -> LogPosition {
        do throws(LMDBError) {
            return try store.position()
        } catch {
            throw ReadModelError(error)
        }
    }

    /// What `body` makes of the newest state, or of the state right after the event at `asOf`.
    ///
    /// The snapshot must not leave `body`, which should read what it needs and return.
    /// - Throws: `ReadModelError`: `notReached` when `asOf` lies after the documents' position, `building` while they are
    ///   built; and what `body` throws.
    package func read<Result>(
        asOf: LogPosition? = nil, _ body: (borrowing ReadModelSnapshot) throws -> Result
    ) throws -> Result {
        let (store, activity) = state.withLock { ($0.store, $0.activity) }
        if case .building(let position, let head) = activity { throw ReadModelError.building(position, of: head) }
        let transaction: ReadTransaction
        do throws(LMDBError) {
            transaction = try store.environment.beginReading()
        } catch {
            throw ReadModelError(error)
        }
        return try body(try ReadModelSnapshot(transaction: transaction, tables: store.tables, asOf: asOf))
    }

    /// Returns true once the documents hold every event up to `position`; false when they do not within `timeout`, or
    /// stopped following the log.
    package func waitUntilCaughtUp(to position: LogPosition, within timeout: Duration) async -> Bool {
        await waiters.wait(for: position, within: timeout)
    }

    /// Folds `events`, the next of the log in order, into the documents. Returns their new position once it is written.
    ///
    /// - Throws: `undecodable` or `outOfOrder` after everything before that event was written; `storage` when nothing was.
    @discardableResult
    package func apply(_ events: [RecordedEvent]) throws(ProjectionError) -> LogPosition {
        let position = try store.apply(events)
        waiters.advance(to: position)
        return position
    }

    /// The digest of everything the documents hold. Building them again from the same log gives the same one.
    package func digest() throws(ReadModelError) -> Digest {
        do throws(LMDBError) {
            return try store.digest()
        } catch {
            throw ReadModelError(error)
        }
    }

    private var store: ReadModelStore { state.withLock { $0.store } }
}

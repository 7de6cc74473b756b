import LMDB
import Synchronization
import Tracking

/// The rows of one folder: the environment, its databases, and the one way to write them.
///
/// A second `apply` waits for the first. Reads go on beside it.
final class ReadModelStore: Sendable {
    let environment: Environment
    let tables: Tables
    private let cache = Mutex(RowCache())

    /// Opens the rows in the folder at `path`, which must exist; they are made when there are none.
    init(path: String, options: EnvironmentOptions) throws(LMDBError) {
        environment = try Environment(path: path, options: options)
        tables = try Tables(environment)
        // A database whose name was damaged has been made anew beside it.
        guard try environment.databaseCount() == tables.all.count else {
            throw LMDBError(.corrupted, during: "open the read models", at: path)
        }
        // What is damaged already where everything begins is not opened.
        _ = try position()
        _ = try firstEvent()
    }

    /// The position of the last event that the rows hold.
    func position() throws(LMDBError) -> LogPosition {
        try environment.read { (transaction) throws(LMDBError) in try transaction.appliedPosition(in: tables) }
    }

    /// The id of the first event of the log that the rows were made from; nil when they hold no event.
    func firstEvent() throws(LMDBError) -> EventID? {
        let bytes = try environment.read { (transaction) throws(LMDBError) in
            try transaction.value(for: MetaRows.firstEvent, in: tables.meta)
        }
        guard let bytes, bytes.count == EventID.byteCount else { return nil }
        return EventID(bytes: bytes)
    }

    /// The digest of all keys and values: equal rows have equal digests.
    func digest() throws(LMDBError) -> Digest {
        var hasher = Digest.Hasher()
        try environment.read { (transaction) throws(LMDBError) in
            for table in tables.all {
                hasher.update(Array(table.name.utf8) + [0])
                try transaction.forEach(in: table) { entry in
                    for part in [entry.key, entry.value] {
                        withUnsafeBytes(of: UInt64(part.count).littleEndian) { hasher.update($0) }
                        hasher.update(part)
                    }
                    return .next
                }
            }
        }
        return hasher.finalize()
    }

    /// Folds `events`, which must follow the rows' position in order, into the rows. Returns once the rows and their new
    /// position are written together: in one transaction, or in several when the events change many rows, so that the
    /// memory they take meanwhile has a bound.
    ///
    /// - Throws: `undecodable` or `outOfOrder` after everything before that event was written; `storage`, when the rows are
    ///   of what `position()` tells.
    func apply(_ events: [RecordedEvent]) throws(ProjectionError) -> LogPosition {
        let result = cache.withLock { cache in
            Result { () throws(ProjectionError) in
                var rest = events[...]
                repeat {
                    let position = try applySome(of: &rest, cache)
                    if rest.isEmpty { return position }
                } while true
            }
        }
        return try result.get()
    }

    /// Folds the first of `events` into the rows and removes them: as many as one transaction should take.
    private func applySome(
        of events: inout ArraySlice<RecordedEvent>, _ cache: RowCache
    ) throws(ProjectionError) -> LogPosition {
        var refusal: ProjectionError?
        var position = LogPosition.start
        do throws(LMDBError) {
            let rows = RowWriter(transaction: try environment.beginWriting(), tables: tables, cache: cache)
            let start = try rows.transaction.appliedPosition(in: tables)
            position = start
            while let record = events.first, !cache.isFull {
                let event: ProjectedEvent
                do throws(ProjectionError) {
                    event = try decoded(record, after: position)
                } catch {
                    refusal = error
                    break
                }
                if position == .start {
                    try rows.transaction.put(record.id.bytes, for: MetaRows.firstEvent, in: tables.meta)
                }
                for projection in ProjectionList.all { try projection.apply(event, to: rows) }
                position = record.position
                events.removeFirst()
            }
            if position > start { try rows.commit(through: position) }
        } catch {
            cache.clear()
            throw .storage(error)
        }
        if let refusal { throw refusal }
        return position
    }

    private func decoded(
        _ record: RecordedEvent, after position: LogPosition
    ) throws(ProjectionError) -> ProjectedEvent {
        guard record.position > position else { throw .outOfOrder(position: record.position, after: position) }
        do throws(EventCodecError) {
            return try ProjectedEvent(record)
        } catch {
            throw .undecodable(position: record.position, stream: record.stream, error)
        }
    }
}

import LMDB
package import Tracking

/// Reading: what memory does not answer is read and decoded on a thread of the pool.
extension LMDBEventStore {
    package func version(of stream: StreamID) async throws(StorageError) -> StreamVersion {
        if let head = recent.head(of: stream) { return head.version }
        return try await read { (log) throws(StorageError) in try log.version(of: stream) }
    }

    package func event(at position: LogPosition) async throws(StorageError) -> RecordedEvent? {
        guard position <= head, position > .start else { return nil }
        if let event = recentEvents.event(at: position) { return event }
        return try await read { (log) throws(StorageError) in try log.event(at: position) }
    }

    package func command(_ id: CommandID, in stream: StreamID) async throws(StorageError) -> CommandReceipt? {
        if let receipt = recent.receipt(of: id, in: stream) { return receipt }
        return try await read { (log) throws(StorageError) in try log.receipt(of: id, in: stream) }
    }

    package func position(at time: Timestamp) async throws(StorageError) -> LogPosition {
        try await read { (log) throws(StorageError) in try log.position(at: time) }
    }

    package func events(
        in stream: StreamID, after version: StreamVersion, limit: ReadLimit
    ) async throws(StorageError) -> [RecordedEvent] {
        if let head = recent.head(of: stream) {
            if head.version <= version { return [] }
            let events = recentEvents.events(in: stream, after: version, through: head.version, limit: limit)
            if let events { return events }
        }
        return try await read { (log) throws(StorageError) in
            try log.events(in: stream, after: version, limit: limit)
        }
    }

    package func events(
        after position: LogPosition, limit: ReadLimit, matching filter: EventFilter
    ) async throws(StorageError) -> EventBatch {
        let head = head
        guard position < head else { return EventBatch(events: [], through: position) }
        if let batch = recentEvents.events(after: position, through: head, limit: limit, matching: filter) {
            return batch
        }
        return try await read { (log) throws(StorageError) in
            try log.events(after: position, limit: limit, matching: filter)
        }
    }

    /// Returns what `body` makes of the log as it is when its turn comes.
    func read<Value: Sendable>(
        _ body: @escaping @Sendable (LogReader) throws(StorageError) -> Value
    ) async throws(StorageError) -> Value {
        let result: Result<Value, StorageError>
        do throws(ReaderPool.Refusal) {
            result = try await readers.run { Result { () throws(StorageError) in try body(try self.reader()) } }
        } catch {
            throw StorageError(error)
        }
        return try result.get()
    }
}

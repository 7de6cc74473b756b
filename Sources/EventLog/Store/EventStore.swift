package import Tracking
package import Transparency

/// The append-only log of everything that happened.
///
/// Positions come after `.start` and their order is the order of the appends; nobody may count on them being dense. Reads
/// give bounded batches of what is on disk, and hold nothing afterwards. A store that has stopped for good still reads what
/// it can.
package protocol EventStore: Sendable {
    /// Appends the events of a command to its stream and returns once they are on disk.
    ///
    /// In this order: a command that was appended before gets its first answer again, with `isRepeat`, or
    /// `commandReused` when its digest differs; then the expected version is checked; then all events are written, or
    /// none. A command without events is checked likewise and leaves no record. Once it waits to be written it is not
    /// stopped by a cancelled task.
    func append(_ request: AppendRequest) async throws(AppendError) -> AppendResult

    /// The events of `stream` after `version`, in order. An empty answer means that there are no more.
    func events(
        in stream: StreamID, after version: StreamVersion, limit: ReadLimit
    ) async throws(StorageError) -> [RecordedEvent]

    /// The wanted events after `position`, in order. With few wanted ones the batch can be empty though `through` has not
    /// reached the head: read on after it.
    func events(
        after position: LogPosition, limit: ReadLimit, matching filter: EventFilter
    ) async throws(StorageError) -> EventBatch

    /// The position of the last event on disk; costs nothing.
    var head: LogPosition { get }

    /// The number of events in `stream`; `.none` when it does not exist.
    func version(of stream: StreamID) async throws(StorageError) -> StreamVersion

    /// The event at `position`; nil when there is none.
    func event(at position: LogPosition) async throws(StorageError) -> RecordedEvent?

    /// The position of the last event recorded at `time` or before; `.start` when there is none.
    func position(at time: Timestamp) async throws(StorageError) -> LogPosition

    /// The receipt of the command `id` in `stream`; nil when it caused no event there.
    func command(_ id: CommandID, in stream: StreamID) async throws(StorageError) -> CommandReceipt?

    /// The head of the tree over the headers of the records: with everything that was acknowledged before the call when
    /// `isCurrent`, else with what is in the tree now, which may lack the last second. It is on disk.
    ///
    /// The leaf's index is the record's position minus one.
    func treeHead(isCurrent: Bool) async throws(StorageError) -> TreeHead

    /// The headers of at most `limit` records after `position`, in order, as they lie in the log: leaves of the tree. It
    /// gives none that the tree does not have yet.
    func headers(after position: LogPosition, limit: Int) async throws(StorageError) -> [[UInt8]]

    /// The records at `positions`, which are ascending and in the tree, with what their headers have the digests of.
    func leafRecords(at positions: [LogPosition]) async throws(StorageError) -> [LeafRecord]

    /// Returns the head once an event that `filter` wants may stand after `position`: at once, even in a cancelled task,
    /// when one may stand there already.
    ///
    /// It may return though there is none: the caller reads, and waits again after what the read went `through`. It never
    /// goes on waiting while there is one, however late the wait began. Appends that nobody wants wake nobody who has
    /// read up to the head; thousands may wait, and each costs a few bytes.
    ///
    /// - Throws: When the task is cancelled or the store closes.
    func waitForEvents(
        after position: LogPosition, matching filter: EventFilter
    ) async throws(CancellationError) -> LogPosition

    /// The number of groups of appends that were brought to disk since the store was opened.
    var syncCount: UInt64 { get }

    /// The reason that the store stopped for good and refuses appends; nil while it works and after a mere `close()`.
    var failure: LogFailure? { get }

    /// Takes no more appends, writes those that wait, wakes all who wait for events with an error, and returns once the
    /// store lets everything go. A second call does nothing.
    func close() async
}

extension EventStore {
    /// The events after `position` within the standard limit.
    package func events(
        after position: LogPosition, limit: ReadLimit = .standard
    ) async throws(StorageError) -> EventBatch {
        try await events(after: position, limit: limit, matching: .all)
    }

    /// All events of `stream` after `version`: for streams of few events, such as a session's.
    package func allEvents(
        in stream: StreamID, after version: StreamVersion = .none
    ) async throws(StorageError) -> [RecordedEvent] {
        var events: [RecordedEvent] = []
        var version = version
        while true {
            let batch = try await self.events(in: stream, after: version, limit: .standard)
            guard let last = batch.last else { return events }
            events += batch
            version = last.version
        }
    }

    /// Returns the head once it is past `position`, at once when it already is.
    ///
    /// - Throws: When the task is cancelled or the store closes.
    package func waitForEvents(after position: LogPosition) async throws(CancellationError) -> LogPosition {
        try await waitForEvents(after: position, matching: .all)
    }

    /// The next wanted events after `position`, waiting until there are some: a subscription is a loop around it, going on
    /// after `through`.
    ///
    /// - Throws: `cancelled` when the task is cancelled or the store closes while waiting.
    package func nextEvents(
        after position: LogPosition, limit: ReadLimit = .standard, matching filter: EventFilter = .all
    ) async throws(StorageError) -> EventBatch {
        var position = position
        while true {
            let batch = try await events(after: position, limit: limit, matching: filter)
            if !batch.events.isEmpty { return batch }
            position = batch.through
            do {
                _ = try await waitForEvents(after: position, matching: filter)
            } catch {
                throw StorageError(.cancelled, "Waiting for events after position \(position) was cancelled.")
            }
        }
    }
}

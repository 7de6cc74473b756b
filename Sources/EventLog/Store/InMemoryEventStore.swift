import Synchronization
package import Tracking
package import Transparency

/// An event store that forgets everything with the process: the double of a real one in tests. It keeps the same contract.
package final class InMemoryEventStore: EventStore {
    private let state = Mutex(State())
    private let signal = HeadSignal(.start)
    private let clock: @Sendable () -> Timestamp
    private let salt: @Sendable () -> Salt
    private let positionStep: UInt64
    private let compressor = PayloadCompressor()

    fileprivate struct State {
        /// In the order of their positions.
        var events: [RecordedEvent] = []
        /// The same records as leaves of the tree.
        var leaves: [LeafRecord] = []
        var tree = Frontier()
        /// The indices of each stream's events.
        var streams: [StreamID: [Int]] = [:]
        var commands: [CommandKey: CommandReceipt] = [:]
        var nextError: AppendError?
        var isClosed = false
    }

    fileprivate struct CommandKey: Hashable {
        let stream: StreamID
        let id: CommandID
    }

    /// An empty store whose `recordedAt` comes from `clock`.
    ///
    /// - Parameter positionStep: The distance of positions, at least 1: with more the store is one whose positions have
    ///   gaps.
    package init(
        clock: @escaping @Sendable () -> Timestamp = EventLogOptions.systemClock,
        salt: @escaping @Sendable () -> Salt = EventLogOptions.systemSalts(), positionStep: UInt64 = 1
    ) {
        self.clock = clock
        self.salt = salt
        self.positionStep = positionStep
    }

    /// Makes the next append fail with `error` and write nothing.
    package func failNextAppend(with error: AppendError) {
        state.withLock { $0.nextError = error }
    }

    /// Nil always: memory does not fail.
    package var failure: LogFailure? { nil }

    /// Nothing is brought to disk.
    package var syncCount: UInt64 { 0 }

    package func close() async {
        state.withLock { $0.isClosed = true }
        signal.close()
    }

    package var head: LogPosition { signal.head }

    package func append(_ request: AppendRequest) async throws(AppendError) -> AppendResult {
        // Checks the sizes as a real store does.
        let prepared = try PreparedAppend(request, compressor: compressor, salt: salt)
        let result: Result<AppendResult, AppendError> = state.withLock { state in
            if state.isClosed { return .failure(.stopped(details: "It was closed.")) }
            if let error = state.nextError {
                state.nextError = nil
                return .failure(error)
            }
            let result = state.append(prepared, now: clock(), positionStep: positionStep)
            if let last = state.events.last, last.position > signal.head {
                signal.advance(to: last.position, appendingTo: [last.stream: last.position])
            }
            return result
        }
        return try result.get()
    }

    package func events(
        in stream: StreamID, after version: StreamVersion, limit: ReadLimit
    ) async throws(StorageError) -> [RecordedEvent] {
        state.withLock { state in
            let indices = state.streams[stream, default: []].dropFirst(Int(clamping: version.rawValue))
            let events = state.events
            return state.bounded(indices.lazy.map { events[$0] }, limit).events
        }
    }

    package func events(
        after position: LogPosition, limit: ReadLimit, matching filter: EventFilter
    ) async throws(StorageError) -> EventBatch {
        state.withLock { state in
            let rest = state.events[state.events.partitioningIndex { $0.position > position }...]
            let (events, isCut) = state.bounded(rest.lazy.filter { filter.includes($0.stream) }, limit)
            let end = max(position, state.events.last?.position ?? .start)
            return EventBatch(events: events, through: isCut ? events.last?.position ?? position : end)
        }
    }

    package func version(of stream: StreamID) async throws(StorageError) -> StreamVersion {
        state.withLock { StreamVersion(UInt64($0.streams[stream]?.count ?? 0)) }
    }

    package func event(at position: LogPosition) async throws(StorageError) -> RecordedEvent? {
        state.withLock { state in
            let index = state.events.partitioningIndex { $0.position >= position }
            return index < state.events.count && state.events[index].position == position ? state.events[index] : nil
        }
    }

    package func position(at time: Timestamp) async throws(StorageError) -> LogPosition {
        state.withLock { state in state.events.last { $0.recordedAt <= time }?.position ?? .start }
    }

    package func command(_ id: CommandID, in stream: StreamID) async throws(StorageError) -> CommandReceipt? {
        state.withLock { $0.commands[CommandKey(stream: stream, id: id)] }
    }

    package func treeHead(isCurrent: Bool) async throws(StorageError) -> TreeHead { state.withLock { $0.tree.head } }

    package func headers(after position: LogPosition, limit: Int) async throws(StorageError) -> [[UInt8]] {
        state.withLock { state in
            state.leaves[state.leaves.partitioningIndex { $0.position > position }...].prefix(limit).map(\.header)
        }
    }

    package func leafRecords(at positions: [LogPosition]) async throws(StorageError) -> [LeafRecord] {
        state.withLock { state in
            let wanted = Set(positions)
            return state.leaves.filter { wanted.contains($0.position) }
        }
    }

    package func waitForEvents(
        after position: LogPosition, matching filter: EventFilter
    ) async throws(CancellationError) -> LogPosition {
        try await signal.wait(after: position, matching: filter)
    }
}

extension InMemoryEventStore.State {
    /// The rules of `EventStore.append(_:)`.
    fileprivate mutating func append(
        _ append: PreparedAppend, now: Timestamp, positionStep: UInt64
    ) -> Result<AppendResult, AppendError> {
        let key = InMemoryEventStore.CommandKey(stream: append.stream, id: append.commandID)
        if let receipt = commands[key] {
            guard receipt.digest == append.commandDigest else { return .failure(.commandReused(first: receipt.first)) }
            let recordedAt = events[events.partitioningIndex { $0.position >= receipt.first }].recordedAt
            return .success(AppendResult(receipt, recordedAt: recordedAt, isRepeat: true))
        }
        let version = StreamVersion(UInt64(streams[append.stream]?.count ?? 0))
        guard append.expecting.allows(version) else { return .failure(.conflict(actual: version)) }
        let recordedAt = events.last.map { max($0.recordedAt, now) } ?? now
        for record in append.redacting {
            let index = events.partitioningIndex { $0.position >= record.position }
            guard index < events.count, events[index].position == record.position, events[index].redactedBy == nil
            else {
                return .failure(.conflict(actual: version))
            }
        }
        guard !append.records.isEmpty else {
            let head = events.last?.position ?? .start
            return .success(AppendResult(withoutEventsAt: head, version: version, recordedAt: recordedAt))
        }
        var decoder = RecordDecoder()
        for (index, record) in append.records.enumerated() {
            let position = LogPosition((events.last?.position ?? .start).rawValue + positionStep)
            let bytes = record.bytes(
                position: position, version: version.advanced(by: index + 1), recordedAt: recordedAt)
            streams[append.stream, default: []].append(events.count)
            do throws(RecordError) {
                events.append(try decoder.decode(bytes))
                let leaf = try decoder.leafRecord(bytes)
                tree.append(leaf.leaf)
                leaves.append(leaf)
            } catch {
                preconditionFailure("a record that was just encoded is valid: \(error)")
            }
        }
        let (first, last) = (events[events.count - append.records.count], events[events.count - 1])
        let receipt = CommandReceipt(
            first: first.position, last: last.position, firstVersion: first.version, lastVersion: last.version,
            count: append.records.count, digest: append.commandDigest)
        commands[key] = receipt
        for record in append.redacting { record.redact(in: &events, by: receipt.first) }
        return .success(AppendResult(receipt, recordedAt: recordedAt, isRepeat: false))
    }

    /// The first events of `source` within `limit`, and whether there are more.
    fileprivate func bounded(
        _ source: some Sequence<RecordedEvent>, _ limit: ReadLimit
    ) -> (events: [RecordedEvent], isCut: Bool) {
        var events: [RecordedEvent] = []
        var byteCount = 0
        for event in source {
            byteCount += event.payload.count
            guard events.isEmpty || (events.count < limit.count && byteCount <= limit.byteCount) else {
                return (events, true)
            }
            events.append(event)
        }
        return (events, false)
    }
}

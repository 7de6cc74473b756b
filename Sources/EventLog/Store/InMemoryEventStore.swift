import Synchronization
package import Tracking

/// An event store that forgets everything with the process: the double of a real one in tests. It keeps the same contract.
package final class InMemoryEventStore: EventStore {
    private let state = Mutex(State())
    private let signal = HeadSignal(.start)
    private let clock: @Sendable () -> Timestamp
    private let salt: @Sendable () -> Salt
    private let compressor = PayloadCompressor()

    fileprivate struct State {
        var events: [RecordedEvent] = []
        /// The positions of each stream's events.
        var streams: [StreamID: [LogPosition]] = [:]
        var commands: [CommandKey: CommandReceipt] = [:]
        var nextError: AppendError?
        var isClosed = false
    }

    fileprivate struct CommandKey: Hashable {
        let stream: StreamID
        let id: CommandID
    }

    /// An empty store whose `recordedAt` comes from `clock`.
    package init(
        clock: @escaping @Sendable () -> Timestamp = EventLogOptions.systemClock,
        salt: @escaping @Sendable () -> Salt = EventLogOptions.systemSalts()
    ) {
        self.clock = clock
        self.salt = salt
    }

    /// Makes the next append fail with `error` and write nothing.
    package func failNextAppend(with error: AppendError) {
        state.withLock { $0.nextError = error }
    }

    /// Refuses appends and wakes all who wait for events with an error.
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
            let result = state.append(prepared, now: clock())
            signal.advance(to: LogPosition(UInt64(state.events.count)))
            return result
        }
        return try result.get()
    }

    package func events(
        in stream: StreamID, after version: StreamVersion, limit: ReadLimit
    ) async throws(StorageError) -> [RecordedEvent] {
        state.withLock { state in
            let positions = state.streams[stream, default: []].dropFirst(Int(clamping: version.rawValue))
            let events = state.events
            return state.bounded(positions.lazy.map { events[Int($0.rawValue) - 1] }, limit).events
        }
    }

    package func events(
        after position: LogPosition, limit: ReadLimit, matching filter: EventFilter
    ) async throws(StorageError) -> EventBatch {
        state.withLock { state in
            let rest = state.events.dropFirst(Int(clamping: position.rawValue))
            let (events, isCut) = state.bounded(rest.lazy.filter { filter.includes($0.stream) }, limit)
            let end = max(position, LogPosition(UInt64(state.events.count)))
            return EventBatch(events: events, through: isCut ? events.last?.position ?? position : end)
        }
    }

    package func version(of stream: StreamID) async throws(StorageError) -> StreamVersion {
        state.withLock { StreamVersion(UInt64($0.streams[stream]?.count ?? 0)) }
    }

    package func event(at position: LogPosition) async throws(StorageError) -> RecordedEvent? {
        state.withLock { state in
            let index = Int(clamping: position.rawValue) - 1
            return state.events.indices.contains(index) ? state.events[index] : nil
        }
    }

    package func position(at time: Timestamp) async throws(StorageError) -> LogPosition {
        state.withLock { state in state.events.last { $0.recordedAt <= time }?.position ?? .start }
    }

    package func command(_ id: CommandID, in stream: StreamID) async throws(StorageError) -> CommandReceipt? {
        state.withLock { $0.commands[CommandKey(stream: stream, id: id)] }
    }

    package func waitForEvents(after position: LogPosition) async throws(CancellationError) -> LogPosition {
        try await signal.wait(after: position)
    }
}

extension InMemoryEventStore.State {
    /// The rules of `EventStore.append(_:)`.
    fileprivate mutating func append(_ append: PreparedAppend, now: Timestamp) -> Result<AppendResult, AppendError> {
        let key = InMemoryEventStore.CommandKey(stream: append.stream, id: append.commandID)
        if let receipt = commands[key] {
            guard receipt.digest == append.commandDigest else { return .failure(.commandReused(first: receipt.first)) }
            return .success(
                AppendResult(
                    first: receipt.first, firstVersion: receipt.firstVersion, count: receipt.count,
                    recordedAt: events[Int(receipt.first.rawValue) - 1].recordedAt, isRepeat: true))
        }
        let version = StreamVersion(UInt64(streams[append.stream]?.count ?? 0))
        guard append.expecting.allows(version) else { return .failure(.conflict(actual: version)) }
        let head = LogPosition(UInt64(events.count))
        let recordedAt = events.last.map { max($0.recordedAt, now) } ?? now
        guard !append.records.isEmpty else {
            return .success(
                AppendResult(first: head, firstVersion: version, count: 0, recordedAt: recordedAt, isRepeat: false))
        }
        let receipt = CommandReceipt(
            first: head.next, firstVersion: version.advanced(by: 1), count: append.records.count,
            digest: append.commandDigest)
        var decoder = RecordDecoder()
        for (index, record) in append.records.enumerated() {
            let position = LogPosition(receipt.first.rawValue + UInt64(index))
            let bytes = record.bytes(
                position: position, version: receipt.firstVersion.advanced(by: index), recordedAt: recordedAt)
            do throws(RecordError) {
                events.append(try decoder.decode(bytes))
            } catch {
                preconditionFailure("a record that was just encoded is valid: \(error)")
            }
            streams[append.stream, default: []].append(position)
        }
        commands[key] = receipt
        return .success(
            AppendResult(
                first: receipt.first, firstVersion: receipt.firstVersion, count: receipt.count,
                recordedAt: recordedAt, isRepeat: false))
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

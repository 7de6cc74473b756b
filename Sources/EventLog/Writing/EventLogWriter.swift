import Glibc
import LMDB
import Tracking

/// The one writer of the log: takes what waits, checks it, writes it in one transaction, and says what to answer.
///
/// It does nothing by itself. Whoever owns it calls `step(now:)` again and again, always from one thread at a time, and
/// performs what is returned.
final class EventLogWriter {
    private let environment: Environment
    private let tables: LogTables
    private let queue: AppendQueue
    private let recent: RecentIndex
    private let recentEvents: RecentEvents
    private let bounds: EventLogBounds
    private let probe: any FileSystemProbe
    private let release: String
    private let reach: @Sendable (FailurePoint) -> Void
    /// The state on disk.
    private var committed: State
    private var failure: LogFailure?

    /// The point that the log has got to.
    private struct State {
        var head: LogPosition
        var recordedAt: Timestamp
        var streamCount: UInt32
        var schemas: [String: UInt32]
    }

    /// The deeds that remain to be done after a step.
    struct Step {
        /// Whom to answer what, in order. The head moves first.
        var replies: [(reply: AppendQueue.Reply, result: Result<AppendResult, AppendError>)] = []
        /// The last position on disk.
        var head: LogPosition
        /// The streams that were appended to, and the position of each one's last event.
        var streams: [StreamID: LogPosition] = [:]
        /// Set once, by the step in which the log stopped for good.
        var failure: LogFailure?
        /// True when there was nothing to do.
        var isIdle: Bool { replies.isEmpty }
    }

    /// - Parameters:
    ///   - recent: Holds what the database's index lacks.
    ///   - recentEvents: Gets what is written.
    /// - Throws: When the last record or the tables cannot be read.
    init(
        environment: Environment, tables: LogTables, queue: AppendQueue, recent: RecentIndex,
        recentEvents: RecentEvents,
        bounds: EventLogBounds,
        probe: any FileSystemProbe, release: String, reach: @escaping @Sendable (FailurePoint) -> Void
    ) throws(LMDBError) {
        self.environment = environment
        self.tables = tables
        self.queue = queue
        self.recent = recent
        self.recentEvents = recentEvents
        self.bounds = bounds
        self.probe = probe
        self.release = release
        self.reach = reach
        let streams = recent.streams
        committed = try environment.read { (transaction) throws(LMDBError) in
            let head = try tables.lastPosition(in: transaction)
            var schemas: [String: UInt32] = [:]
            for (key, value) in try transaction.entries(in: tables.schemas) {
                schemas[String(decoding: key, as: UTF8.self)] = LogMarker(value)?.number
            }
            let indexedCount = UInt32(try transaction.count(of: tables.streams))
            return State(
                head: head,
                recordedAt: try tables.recordedAt(head, in: transaction) ?? Timestamp(rawValue: .min),
                streamCount: streams.values.reduce(indexedCount) { max($0, $1.head.number) }, schemas: schemas)
        }
    }

    /// The last position on disk.
    var head: LogPosition { committed.head }

    /// Writes the next group, if any waits, recorded at `now` or at the previous record's time if that is later. Returns
    /// once the group is on disk.
    func step(now: Timestamp) -> Step {
        let group = queue.takeGroup()
        guard !group.isEmpty else { return Step(head: committed.head) }
        if let failure {
            return answer(group, .stopped(details: failure.details))
        }
        reach(.groupTaken)
        do throws(StorageError) {
            let free = try probe.freeByteCount(at: environment.path)
            guard free >= bounds.headroomByteCount else {
                return answer(
                    group,
                    .noRoom(details: "\(free) bytes are free; \(bounds.headroomByteCount) must stay free."))
            }
        } catch {
            return answer(group, .noRoom(details: error.message))
        }
        do throws(LMDBError) {
            let (results, streams) = try write(group, now: now)
            reach(.afterCommit)
            return Step(
                replies: zip(group, results).map { (reply: $0.reply, result: $1) }, head: committed.head,
                streams: streams)
        } catch {
            return refuse(group, because: error)
        }
    }

    /// Writes what can be written of `group` in one transaction; says what to answer and which streams were appended to.
    ///
    /// - Throws: When it does, `committed` and the log are as before, if the error is one that heals.
    private func write(
        _ group: [AppendQueue.Element], now: Timestamp
    ) throws(LMDBError) -> (results: [Result<AppendResult, AppendError>], streams: [StreamID: LogPosition]) {
        var state = committed
        state.recordedAt = max(state.recordedAt, now)
        var staged = StagedGroup()
        let transaction = try environment.beginWriting()
        var results: [Result<AppendResult, AppendError>] = []
        results.reserveCapacity(group.count)
        for element in group {
            results.append(try write(element.append, &state, &staged, in: transaction))
        }
        guard !staged.elements.isEmpty else {
            transaction.abort()
            return (results, [:])
        }
        let isIndexing = recent.count + staged.elements.count >= bounds.indexCount
        if isIndexing {
            let all = RecentIndex(adding: staged.elements, to: recent)
            try all.write(to: tables, upTo: state.head, in: transaction)
            reach(.indexPut)
        }
        reach(.beforeCommit)
        try transaction.commit()
        committed = state
        recentEvents.add(staged.events)
        if isIndexing { recent.removeAll() } else { recent.insert(staged.elements) }
        return (results, staged.heads.mapValues(\.last))
    }

    /// Checks `append` against what the transaction holds and writes it, or refuses it without a trace.
    private func write(
        _ append: PreparedAppend, _ state: inout State, _ staged: inout StagedGroup,
        in transaction: borrowing WriteTransaction
    ) throws(LMDBError) -> Result<AppendResult, AppendError> {
        let known = try head(of: append.stream, staged, in: transaction)
        if let known, let receipt = try receipt(of: append, number: known.number, staged, in: transaction) {
            guard receipt.digest == append.commandDigest else {
                return .failure(.commandReused(first: receipt.first))
            }
            let recordedAt = try tables.recordedAt(receipt.first, in: transaction) ?? state.recordedAt
            return .success(AppendResult(receipt, recordedAt: recordedAt, isRepeat: true))
        }
        let version = known?.version ?? .none
        guard append.expecting.allows(version) else { return .failure(.conflict(actual: version)) }
        let count = append.records.count
        guard count > 0 else {
            return .success(
                AppendResult(withoutEventsAt: state.head, version: version, recordedAt: state.recordedAt))
        }
        let receipt = CommandReceipt(
            LogTables.Append(firstVersion: version.advanced(by: 1), first: state.head.next, count: count),
            digest: append.commandDigest)
        for (index, record) in append.records.enumerated() {
            let position = LogPosition(receipt.first.rawValue + UInt64(index))
            let version = receipt.firstVersion.advanced(by: index)
            try transaction.put(
                byteCount: record.byteCount, for: LogTables.recordKey(position), in: tables.records, .atEnd
            ) { target in
                record.write(
                    into: target, position: position, version: version, recordedAt: state.recordedAt)
            }
            staged.events.append(record.event(position: position, version: version, recordedAt: state.recordedAt))
            try mark(record, &state, in: transaction)
            reach(.recordPut)
        }
        if known == nil { state.streamCount += 1 }
        state.head = receipt.last
        let number = known?.number ?? state.streamCount
        try transaction.put(
            LogTables.appendValue(number: number, count: count, digest: append.commandDigest),
            for: LogTables.recordKey(receipt.first), in: tables.appends, .atEnd)
        staged.add(
            RecentIndex.Element(
                stream: append.stream, number: number, command: append.commandID, receipt: receipt))
        reach(.appendPut)
        return .success(AppendResult(receipt, recordedAt: state.recordedAt, isRepeat: false))
    }

    /// The head of `stream`, with what the group has written.
    private func head(
        of stream: StreamID, _ staged: StagedGroup, in transaction: borrowing WriteTransaction
    ) throws(LMDBError) -> LogTables.StreamHead? {
        if let head = staged.heads[stream] ?? recent.head(of: stream) { return head }
        return try tables.head(of: stream, in: transaction)
    }

    /// The receipt of the command of `append`, with what the group has written.
    private func receipt(
        of append: PreparedAppend, number: UInt32, _ staged: StagedGroup, in transaction: borrowing WriteTransaction
    ) throws(LMDBError) -> CommandReceipt? {
        let key = StagedGroup.CommandKey(stream: append.stream, id: append.commandID)
        if let receipt = staged.commands[key] ?? recent.receipt(of: append.commandID, in: append.stream) {
            return receipt
        }
        return try tables.receipt(of: append.commandID, inStream: number, in: transaction)
    }

    /// Remembers the highest schema version of each type, and which release wrote it first.
    private func mark(
        _ record: PreparedRecord, _ state: inout State, in transaction: borrowing WriteTransaction
    ) throws(LMDBError) {
        if let highest = state.schemas[record.type], highest >= record.schemaVersion { return }
        state.schemas[record.type] = record.schemaVersion
        try transaction.put(
            LogMarker(number: record.schemaVersion, release: release).bytes, for: Array(record.type.utf8),
            in: tables.schemas)
    }

    private func answer(_ group: [AppendQueue.Element], _ error: AppendError) -> Step {
        Step(replies: group.map { (reply: $0.reply, result: .failure(error)) }, head: committed.head)
    }

    /// Answers a group whose transaction failed: for lack of room, which heals, or for good.
    private func refuse(_ group: [AppendQueue.Element], because error: LMDBError) -> Step {
        switch error.code {
        case .mapFull, .system(ENOSPC), .system(EDQUOT):
            return answer(group, .noRoom(details: error.description))
        case .system(EIO):
            // The library reports a short write as EIO.
            if hasNoRoom() { return answer(group, .noRoom(details: error.description)) }
        default: break
        }
        let failure = LogFailure(details: error.description)
        self.failure = failure
        queue.stop(failure.details)
        var step = answer(group, .outcomeUnknown(details: error.description))
        while case let rest = queue.takeGroup(), !rest.isEmpty {
            step.replies += answer(rest, .outcomeUnknown(details: error.description)).replies
        }
        step.failure = failure
        return step
    }

    /// Returns whether the disk is known to have less room than the headroom, or than two groups take.
    private func hasNoRoom() -> Bool {
        do {
            let needed = max(bounds.headroomByteCount, 2 * bounds.groupByteCount)
            return try probe.freeByteCount(at: environment.path) < needed
        } catch {
            return false
        }
    }
}

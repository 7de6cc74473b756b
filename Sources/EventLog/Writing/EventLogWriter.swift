import Glibc
import LMDB
import Tracking
import Transparency

/// The one writer of the log: takes what waits, checks it, brings it to disk, and says what to answer.
///
/// A group is on disk once the journal has it; the database gets it later, with many others, by `flush()`. A group that
/// is too large for the journal goes to the database at once, with all that it lacks.
///
/// It does nothing by itself. Whoever owns it calls `step(now:)` and `flush()` again and again, always from one thread at
/// a time, and performs what is returned.
final class EventLogWriter {
    private let environment: Environment
    private let tables: LogTables
    private let queue: AppendQueue
    private let journal: Journal?
    private let recent: RecentIndex
    private let recentEvents: RecentEvents
    private let tail: LogTail
    private let bounds: EventLogBounds
    private let probe: any FileSystemProbe
    private let release: String
    private let reach: @Sendable (FailurePoint) -> Void
    /// The state on disk.
    private var committed: State
    /// The tree over the records that the database has.
    private var tree: Frontier
    private var failure: LogFailure?
    /// The appends that the journal has and the database lacks.
    private var unflushed = Unflushed()

    /// The point that the log has got to.
    private struct State {
        var head: LogPosition
        /// The id of the last event.
        var lastID: EventID?
        var recordedAt: Timestamp
        var streamCount: UInt32
        var schemas: [String: UInt32]
    }

    /// Appends that the database lacks, in order.
    private struct Unflushed {
        var appends: [WrittenAppend] = []
        var payloadByteCount = 0
        /// The types whose highest schema version the database lacks.
        var types: Set<String> = []
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
    ///   - journal: Nil to bring every group to the database at once.
    ///   - recent: Holds what the database's index lacks.
    ///   - recentEvents: Gets what is written.
    ///   - tail: Gets what the database lacks.
    /// - Throws: When the last record or the tables cannot be read.
    init(
        environment: Environment, tables: LogTables, queue: AppendQueue, journal: Journal?, recent: RecentIndex,
        recentEvents: RecentEvents, tail: LogTail, bounds: EventLogBounds,
        probe: any FileSystemProbe, release: String, reach: @escaping @Sendable (FailurePoint) -> Void
    ) throws(LMDBError) {
        self.environment = environment
        self.tables = tables
        self.queue = queue
        self.journal = journal
        self.recent = recent
        self.recentEvents = recentEvents
        self.tail = tail
        self.bounds = bounds
        self.probe = probe
        self.release = release
        self.reach = reach
        let streams = recent.streams
        tree = try environment.read { (transaction) throws(LMDBError) in try tables.frontier(in: transaction) }
        committed = try environment.read { (transaction) throws(LMDBError) in
            let head = try tables.lastPosition(in: transaction)
            var schemas: [String: UInt32] = [:]
            for (key, value) in try transaction.entries(in: tables.schemas) {
                schemas[String(decoding: key, as: UTF8.self)] = LogMarker(value)?.number
            }
            let indexedCount = UInt32(try transaction.count(of: tables.streams))
            return State(
                head: head, lastID: try tables.eventID(at: head, in: transaction),
                recordedAt: try tables.recordedAt(head, in: transaction) ?? Timestamp(rawValue: .min),
                streamCount: streams.values.reduce(indexedCount) { max($0, $1.head.number) }, schemas: schemas)
        }
    }

    /// The last position on disk.
    var head: LogPosition { committed.head }

    /// True when the journal has what the database lacks.
    var hasUnflushed: Bool { !unflushed.appends.isEmpty }

    /// Writes the next group, if any waits, recorded at `now` or at the previous record's time if that is later. Returns
    /// once the group is on disk.
    func step(now: Timestamp) -> Step {
        var group = queue.takeGroup()
        guard !group.isEmpty else { return Step(head: committed.head) }
        if let failure {
            return answer(group, .stopped(details: failure.details))
        }
        reach(.groupTaken)
        let refused: Step
        do throws(StorageError) {
            refused = try refuseBeyondHeadroom(of: &group)
        } catch {
            return answer(group, .noRoom(details: error.message))
        }
        guard !group.isEmpty else { return refused }
        do throws(LMDBError) {
            let (results, streams) = try write(group, now: now)
            return Step(
                replies: refused.replies + zip(group, results).map { (reply: $0.reply, result: $1) },
                head: committed.head, streams: streams)
        } catch {
            var step = refuse(group, because: error)
            step.replies = refused.replies + step.replies
            return step
        }
    }

    /// Brings everything that the journal has to the database. Returns once the database has it.
    ///
    /// When it fails for lack of room, which heals, the journal keeps what it has, and nothing is lost.
    func flush() -> Result<Void, LogFailure> {
        if let failure { return .failure(failure) }
        guard hasUnflushed else { return .success(()) }
        do throws(LMDBError) {
            try flush(adding: StagedGroup(), upTo: committed)
            return .success(())
        } catch {
            let failure = LogFailure(details: error.description)
            if !isLackOfRoom(error) {
                self.failure = failure
                queue.stop(failure.details)
            }
            return .failure(failure)
        }
    }

    /// True when the log stopped for good.
    var hasFailed: Bool { failure != nil }

    /// Takes out of `group` the appends that would reach too far into the room that is kept free, and says what to
    /// answer them.
    private func refuseBeyondHeadroom(of group: inout [AppendQueue.Element]) throws(StorageError) -> Step {
        let free = try probe.freeByteCount(at: environment.path)
        var step = Step(head: committed.head)
        group.removeAll { element in
            let headroom = bounds.headroomByteCount(for: element.append.priority)
            guard free < headroom else { return false }
            step.replies +=
                answer(
                    [element], .noRoom(details: "\(free) bytes are free; \(headroom) must stay free for this.")
                ).replies
            return true
        }
        return step
    }

    /// Brings what can be written of `group` to disk; says what to answer and which streams were appended to.
    ///
    /// - Throws: When it does, `committed` and the log are as before, if the error is one that heals.
    private func write(
        _ group: [AppendQueue.Element], now: Timestamp
    ) throws(LMDBError) -> (results: [Result<AppendResult, AppendError>], streams: [StreamID: LogPosition]) {
        var state = committed
        state.recordedAt = max(state.recordedAt, now)
        var staged = StagedGroup()
        let results = try environment.read { (transaction) throws(LMDBError) in
            var results: [Result<AppendResult, AppendError>] = []
            results.reserveCapacity(group.count)
            for element in group {
                results.append(try stage(element.append, &state, &staged, in: transaction))
            }
            return results
        }
        guard let last = staged.events.last else { return (results, [:]) }
        state.lastID = last.id
        let entryByteCount = JournalEntry.byteCount(of: staged.appends)
        // The journal is for what is added only: a redaction goes to the database at once.
        if let journal, staged.redactions.isEmpty, entryByteCount <= bounds.journalEntryByteCount,
            staged.payloadByteCount <= bounds.unflushedByteCount
        {
            try makeRoom(in: journal, for: entryByteCount, staged)
            try journal.append(byteCount: entryByteCount, reach: reach) {
                JournalEntry.write(staged.appends, after: committed.lastID, into: $0)
            }
            unflushed.appends += staged.appends
            unflushed.payloadByteCount += staged.payloadByteCount
            note(state.schemas)
            tail.add(staged.events)
            recentEvents.add(staged.events)
            // Last: whoever learns from it of a stream's version, or of a command, asks the others for the events.
            recent.insert(staged.appends.map(\.element))
            committed = state
            reach(.journalSynced)
        } else {
            note(state.schemas)
            try flush(adding: staged, upTo: state)
        }
        return (results, staged.heads.mapValues(\.last))
    }

    /// Flushes if the journal, or what is kept in memory of it, would be too much with `staged`.
    private func makeRoom(
        in journal: Journal, for entryByteCount: Int, _ staged: StagedGroup
    ) throws(LMDBError) {
        guard
            !journal.hasRoom(for: entryByteCount)
                || unflushed.payloadByteCount + staged.payloadByteCount > bounds.unflushedByteCount
                || unflushed.appends.count + staged.appends.count > bounds.unflushedCount
        else { return }
        try flush(adding: StagedGroup(), upTo: committed)
    }

    /// Remembers which types' marks the database lacks.
    private func note(_ schemas: [String: UInt32]) {
        guard schemas != committed.schemas else { return }
        for (type, version) in schemas where committed.schemas[type] != version { unflushed.types.insert(type) }
    }

    /// Writes everything that the database lacks, and `staged`, in one transaction, after which the log is as `state` says.
    private func flush(adding staged: StagedGroup, upTo state: State) throws(LMDBError) {
        let transaction = try environment.beginWriting()
        var tree = tree
        for appends in [unflushed.appends, staged.appends] {
            for written in appends { try put(written, &tree, in: transaction) }
        }
        for redaction in staged.redactions {
            try tables.redact(redaction.record, by: redaction.by, in: transaction)
            reach(.redactionPut)
        }
        try tables.put(tree, in: transaction)
        for type in unflushed.types.sorted() {
            guard let version = state.schemas[type] else { continue }
            try transaction.put(
                LogMarker(number: version, release: release).bytes, for: Array(type.utf8), in: tables.schemas)
        }
        let elements = staged.appends.map(\.element)
        let isIndexing = recent.count + elements.count >= bounds.indexCount
        if isIndexing {
            let all = RecentIndex(adding: elements, to: recent)
            try all.write(to: tables, upTo: state.head, in: transaction)
            reach(.indexPut)
        }
        reach(.beforeCommit)
        try transaction.commit()
        committed = state
        self.tree = tree
        recentEvents.add(staged.events)
        recentEvents.redact(staged.redactions)
        if isIndexing { recent.removeAll() } else { recent.insert(elements) }
        tail.forget(upTo: state.head)
        unflushed = Unflushed()
        journal?.restart()
        reach(.afterCommit)
    }

    /// Puts the records of an append, and their headers into `tree`.
    private func put(
        _ written: WrittenAppend, _ tree: inout Frontier, in transaction: borrowing WriteTransaction
    ) throws(LMDBError) {
        for (index, record) in written.append.records.enumerated() {
            try transaction.put(
                byteCount: record.byteCount, for: LogTables.recordKey(written.position(at: index)), in: tables.records,
                .atEnd
            ) { target in
                written.write(record, at: index, into: target)
                tree.append(.leaf(UnsafeRawBufferPointer(rebasing: target[..<record.headerByteCount])))
            }
            reach(.recordPut)
        }
        let value = LogTables.appendValue(
            number: written.number, count: written.append.records.count, digest: written.append.commandDigest)
        try transaction.put(value, for: LogTables.recordKey(written.receipt.first), in: tables.appends, .atEnd)
        reach(.appendPut)
    }

    /// Checks `append` against what the log and the group have and gives it its place, or refuses it without a trace.
    private func stage(
        _ append: PreparedAppend, _ state: inout State, _ staged: inout StagedGroup,
        in transaction: borrowing ReadTransaction
    ) throws(LMDBError) -> Result<AppendResult, AppendError> {
        let known = try head(of: append.stream, staged, in: transaction)
        if let known, let receipt = try receipt(of: append, number: known.number, staged, in: transaction) {
            guard receipt.digest == append.commandDigest else {
                return .failure(.commandReused(first: receipt.first))
            }
            var recordedAt = tail.snapshot[receipt.first]?.recordedAt
            if recordedAt == nil { recordedAt = try tables.recordedAt(receipt.first, in: transaction) }
            return .success(
                AppendResult(receipt, recordedAt: recordedAt ?? state.recordedAt, isRepeat: true))
        }
        let version = known?.version ?? .none
        guard append.expecting.allows(version) else { return .failure(.conflict(actual: version)) }
        for record in append.redacting where tail.snapshot[record.position] == nil {
            // Another redaction came first: decide again.
            guard try tables.isWhole(record.position, in: transaction) else {
                return .failure(.conflict(actual: version))
            }
        }
        let count = append.records.count
        guard count > 0 else {
            return .success(
                AppendResult(withoutEventsAt: state.head, version: version, recordedAt: state.recordedAt))
        }
        let receipt = CommandReceipt(
            LogTables.Append(firstVersion: version.advanced(by: 1), first: state.head.next, count: count),
            digest: append.commandDigest)
        for record in append.records where state.schemas[record.type, default: 0] < record.schemaVersion {
            state.schemas[record.type] = record.schemaVersion
        }
        if known == nil { state.streamCount += 1 }
        state.head = receipt.last
        staged.add(
            WrittenAppend(
                append: append, number: known?.number ?? state.streamCount, receipt: receipt,
                recordedAt: state.recordedAt))
        return .success(AppendResult(receipt, recordedAt: state.recordedAt, isRepeat: false))
    }

    /// The head of `stream`, with what the group has written.
    private func head(
        of stream: StreamID, _ staged: StagedGroup, in transaction: borrowing ReadTransaction
    ) throws(LMDBError) -> LogTables.StreamHead? {
        if let head = staged.heads[stream] ?? recent.head(of: stream) { return head }
        return try tables.head(of: stream, in: transaction)
    }

    /// The receipt of the command of `append`, with what the group has written.
    private func receipt(
        of append: PreparedAppend, number: UInt32, _ staged: StagedGroup, in transaction: borrowing ReadTransaction
    ) throws(LMDBError) -> CommandReceipt? {
        let key = StagedGroup.CommandKey(stream: append.stream, id: append.commandID)
        if let receipt = staged.commands[key] ?? recent.receipt(of: append.commandID, in: append.stream) {
            return receipt
        }
        return try tables.receipt(of: append.commandID, inStream: number, in: transaction)
    }

    private func answer(_ group: [AppendQueue.Element], _ error: AppendError) -> Step {
        Step(replies: group.map { (reply: $0.reply, result: .failure(error)) }, head: committed.head)
    }

    /// Answers a group that could not be brought to disk: for lack of room, which heals, or for good.
    private func refuse(_ group: [AppendQueue.Element], because error: LMDBError) -> Step {
        if isLackOfRoom(error) { return answer(group, .noRoom(details: error.description)) }
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

    private func isLackOfRoom(_ error: LMDBError) -> Bool {
        switch error.code {
        case .mapFull, .system(ENOSPC), .system(EDQUOT): true
        // The library reports a short write as EIO.
        case .system(EIO): hasNoRoom()
        default: false
        }
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

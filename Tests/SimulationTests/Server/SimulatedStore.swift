import EventLog
import Synchronization
import Tracking
import Transparency

/// The log of one life of a server, which notes what was asked and what was acknowledged, and answers nothing once the
/// server was killed.
///
/// It is written only in calls of `step()`, which take all that waits then in one group.
final class SimulatedStore: EventStore {
    let log: LMDBEventStore
    private let ledger: Ledger
    private let chance: Chance
    private let bug: PlantedBug?
    private let machine: Machine
    private let waiting = Atomic<Int>(0)
    private let isClosed = Atomic<Bool>(false)
    /// The position that the read models show too.
    private let shown: Atomic<UInt64>

    init(_ log: LMDBEventStore, ledger: Ledger, chance: Chance, machine: Machine, planted bug: PlantedBug?) {
        self.log = log
        self.ledger = ledger
        self.chance = chance
        self.machine = machine
        self.bug = bug
        shown = Atomic(log.head.rawValue)
    }

    /// True until the server was killed.
    var isAlive: Bool { !isClosed.load(ordering: .relaxed) && !machine.hasCrashed }
    /// True when appends wait for a step.
    var hasWaiting: Bool { waiting.load(ordering: .relaxed) > 0 }

    /// The server was killed.
    func kill() { isClosed.store(true, ordering: .relaxed) }

    /// Writes what waits; now and then it is all brought to the database.
    func step() throws {
        _ = log.step()
        if isAlive, chance.once(in: 25) { try log.flush() }
    }

    /// The read models show everything up to `position`.
    func show(_ position: LogPosition) { shown.store(position.rawValue, ordering: .relaxed) }

    var head: LogPosition { LogPosition(shown.load(ordering: .relaxed)) }
    var syncCount: UInt64 { log.syncCount }
    var failure: LogFailure? { log.failure }

    func append(_ request: AppendRequest) async throws(AppendError) -> AppendResult {
        guard isAlive else { throw .stopped(details: "The server was killed.") }
        ledger.ask(request)
        if bug == .repeatedAppend, Self.isRename(request), chance.once(in: 3) { try await appendAgain(request) }
        waiting.add(1, ordering: .relaxed)
        let result: AppendResult
        do {
            result = try await log.append(request)
            waiting.subtract(1, ordering: .relaxed)
        } catch {
            waiting.subtract(1, ordering: .relaxed)
            throw error
        }
        guard isAlive else { throw .stopped(details: "The server was killed.") }
        ledger.acknowledge(request, result)
        return result
    }

    /// True for what a session bears twice.
    private static func isRename(_ request: AppendRequest) -> Bool {
        let types: Set = ["session.renamed", "session.tagged"]
        return !request.events.isEmpty && request.events.allSatisfy { types.contains($0.type) }
    }

    /// The planted fault: nobody asked for this one.
    private func appendAgain(_ request: AppendRequest) async throws(AppendError) {
        var again = request
        again.commandID = request.commandID.derived("again")
        again.expecting = .any
        again.redacting = []
        waiting.add(1, ordering: .relaxed)
        defer { waiting.subtract(1, ordering: .relaxed) }
        _ = try await log.append(again)
    }

    private func checkIsAlive() throws(StorageError) {
        guard isAlive else { throw StorageError(.closed, "The server was killed.") }
    }

    func events(
        in stream: StreamID, after version: StreamVersion, limit: ReadLimit
    ) async throws(StorageError) -> [RecordedEvent] {
        try checkIsAlive()
        return try await log.events(in: stream, after: version, limit: limit)
    }

    func events(
        after position: LogPosition, limit: ReadLimit, matching filter: EventFilter
    ) async throws(StorageError) -> EventBatch {
        try checkIsAlive()
        return try await log.events(after: position, limit: limit, matching: filter)
    }

    func version(of stream: StreamID) async throws(StorageError) -> StreamVersion {
        try checkIsAlive()
        return try await log.version(of: stream)
    }

    func event(at position: LogPosition) async throws(StorageError) -> RecordedEvent? {
        try checkIsAlive()
        return try await log.event(at: position)
    }

    func position(at time: Timestamp) async throws(StorageError) -> LogPosition {
        try checkIsAlive()
        return try await log.position(at: time)
    }

    func command(_ id: CommandID, in stream: StreamID) async throws(StorageError) -> CommandReceipt? {
        try checkIsAlive()
        return try await log.command(id, in: stream)
    }

    func treeHead(isCurrent: Bool) async throws(StorageError) -> TreeHead {
        try await log.treeHead(isCurrent: isCurrent)
    }

    func headers(after position: LogPosition, limit: Int) async throws(StorageError) -> [[UInt8]] {
        try await log.headers(after: position, limit: limit)
    }

    func leafRecords(at positions: [LogPosition]) async throws(StorageError) -> [LeafRecord] {
        try await log.leafRecords(at: positions)
    }

    func waitForEvents(
        after position: LogPosition, matching filter: EventFilter
    ) async throws(CancellationError) -> LogPosition {
        guard isAlive else { throw CancellationError() }
        return try await log.waitForEvents(after: position, matching: filter)
    }

    func close() async { await log.close() }
}

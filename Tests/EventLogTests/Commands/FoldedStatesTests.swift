import EventLog
import Synchronization
import TestSupport
import Testing
import Tracking
import Transparency

@Suite("The cache of folded states")
struct FoldedStatesTests {
    /// A store in memory that counts the reads of streams.
    private final class CountingStore: EventStore {
        private let store = InMemoryEventStore()
        private let reads = Mutex(0)

        /// The reads since this was asked last.
        var readCount: Int {
            reads.withLock { reads in
                defer { reads = 0 }
                return reads
            }
        }

        func events(
            in stream: StreamID, after version: StreamVersion, limit: ReadLimit
        ) async throws(StorageError) -> [RecordedEvent] {
            reads.withLock { $0 += 1 }
            return try await store.events(in: stream, after: version, limit: limit)
        }

        func append(_ request: AppendRequest) async throws(AppendError) -> AppendResult {
            try await store.append(request)
        }
        func events(
            after position: LogPosition, limit: ReadLimit, matching filter: EventFilter
        ) async throws(StorageError) -> EventBatch {
            try await store.events(after: position, limit: limit, matching: filter)
        }
        var head: LogPosition { store.head }
        var syncCount: UInt64 { store.syncCount }
        func version(of stream: StreamID) async throws(StorageError) -> StreamVersion {
            try await store.version(of: stream)
        }
        func event(at position: LogPosition) async throws(StorageError) -> RecordedEvent? {
            try await store.event(at: position)
        }
        func position(at time: Timestamp) async throws(StorageError) -> LogPosition {
            try await store.position(at: time)
        }
        func command(_ id: CommandID, in stream: StreamID) async throws(StorageError) -> CommandReceipt? {
            try await store.command(id, in: stream)
        }
        func treeHead(isCurrent: Bool) async throws(StorageError) -> TreeHead {
            try await store.treeHead(isCurrent: isCurrent)
        }
        func headers(after position: LogPosition, limit: Int) async throws(StorageError) -> [[UInt8]] {
            try await store.headers(after: position, limit: limit)
        }
        func leafRecords(at positions: [LogPosition]) async throws(StorageError) -> [LeafRecord] {
            try await store.leafRecords(at: positions)
        }
        func waitForEvents(
            after position: LogPosition, matching filter: EventFilter
        ) async throws(CancellationError) -> LogPosition {
            try await store.waitForEvents(after: position, matching: filter)
        }
        var failure: LogFailure? { store.failure }
        func close() async { await store.close() }
    }

    private typealias Handler = CommandHandler<SessionDecider>

    private let store = CountingStore()

    private func identity(_ name: String) -> CommandIdentity {
        let id = CommandID(name)!
        return CommandIdentity(id: id, digest: Digest(hashing: Array(name.utf8)), actor: "api", mayBeRepeat: false)
    }

    private func stream(_ name: String) -> StreamID { StreamID(.session, "sess_\(name)") }

    /// Creates a session whose state takes a little more than `byteCount` bytes.
    private func create(_ name: String, byteCount: Int = 0, _ handler: Handler) async throws {
        var created = SessionCreated()
        created.name = name
        created.trainerKind = "external"
        created.plannedEpochs = 3
        created.notes = String(repeating: "n", count: byteCount)
        _ = try await handler.handle(.create(created), on: stream(name), as: identity("create \(name)"))
    }

    private func rename(_ name: String, _ number: Int, _ handler: Handler) async throws {
        _ = try await handler.handle(
            .update(name: "\(name) \(number)"), on: stream(name), as: identity("rename \(name) \(number)"))
    }

    private func stop(_ name: String, _ handler: Handler) async throws {
        _ = try await handler.handle(.requestStart, on: stream(name), as: identity("start \(name)"))
        _ = try await handler.handle(.requestStop, on: stream(name), as: identity("stop \(name)"))
    }

    @Test("many small states are kept where few large ones are")
    func boundedByBytes() async throws {
        let handler = Handler(store: store, cacheByteCount: 1 << 20)
        for number in 0..<300 { try await create("small-\(number)", handler) }
        _ = store.readCount
        for number in 0..<300 { try await rename("small-\(number)", 1, handler) }
        #expect(store.readCount == 0)
        for number in 0..<30 { try await create("large-\(number)", byteCount: 100_000, handler) }
        _ = store.readCount
        try await rename("large-29", 1, handler)
        #expect(store.readCount == 0)
        for number in 0..<300 { try await rename("small-\(number)", 2, handler) }
        #expect(store.readCount == 300)
    }

    @Test("a state that is greater than the cache is folded once, not at each command")
    func largerThanCache() async throws {
        let handler = Handler(store: store, cacheByteCount: 1000)
        try await create("large", byteCount: 100_000, handler)
        _ = store.readCount
        for number in 0..<10 { try await rename("large", number, handler) }
        #expect(store.readCount == 0)
    }

    @Test("sessions that ended push none out that goes on, however many are looked at")
    func endedGoFirst() async throws {
        let handler = Handler(store: store, cacheByteCount: 64 << 10)
        try await create("living", handler)
        for number in 0..<500 {
            let name = "ended-\(number)"
            let other = Handler(store: store)
            try await create(name, handler: other)
            #expect(try await handler.state(of: stream(name)).hasEnded)
        }
        _ = store.readCount
        try await rename("living", 1, handler)
        #expect(store.readCount == 0)
        // The last one that was looked at is still there, the first is not.
        _ = try await handler.recentState(of: stream("ended-499"))
        #expect(store.readCount == 0)
        _ = try await handler.recentState(of: stream("ended-0"))
        #expect(store.readCount == 1)
    }

    private func create(_ name: String, handler: Handler) async throws {
        try await create(name, handler)
        try await stop(name, handler)
    }

    @Test("a session that ended and is started again is among those that go on")
    func startedAgain() async throws {
        let handler = Handler(store: store, cacheByteCount: 64 << 10)
        try await create("again", handler)
        try await stop("again", handler)
        _ = try await handler.handle(.requestStart, on: stream("again"), as: identity("once more"))
        let other = Handler(store: store)
        for number in 0..<500 {
            try await create("ended-\(number)", handler: other)
            _ = try await handler.state(of: stream("ended-\(number)"))
        }
        _ = store.readCount
        try await rename("again", 1, handler)
        #expect(store.readCount == 0)
    }

    @Test("a stream that is not in the cache is read once, a thousand events at a time")
    func boundedReads() async throws {
        let other = Handler(store: store)
        try await create("long", other)
        for number in 0..<2500 { try await rename("long", number, other) }
        let handler = Handler(store: store)
        _ = store.readCount
        try await rename("long", 2500, handler)
        #expect(store.readCount == 3)
        try await rename("long", 2501, handler)
        #expect(store.readCount == 0)
    }
}

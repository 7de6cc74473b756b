import Application
import Blobs
import EventLog
import NIOCore
import Synchronization
import Testing
import TrackerTesting
import Tracking

@Suite("Uploads, the room on the disk, and who may upload")
struct UploadTests {
    private static let reserve = EventLogBounds().headroomByteCount

    private static func bytes(_ count: Int) -> AsyncThrowingStream<ByteBuffer, any Error> {
        AsyncThrowingStream { continuation in
            continuation.yield(ByteBuffer(repeating: 1, count: count))
            continuation.finish()
        }
    }

    @Test("an upload that would not leave the reserve free is refused before it is read", arguments: [0, 1000])
    func announced(byteCount: Int) async throws {
        try await TestTracker.run { test in
            test.disk.byteCount = Self.reserve + byteCount - 1
            let source = UploadSource(client: "here", byteCount: byteCount)
            await expectError(.noRoom(needed: byteCount, free: test.disk.byteCount, reserve: Self.reserve)) {
                _ = try await test.tracker.checkpoints.store(Unread(), from: source)
            }
            test.disk.byteCount += 1
            _ = try await test.tracker.checkpoints.store(Self.bytes(byteCount), from: source)
        }
    }

    @Test("an upload that fills the disk ends while it comes, and leaves nothing", arguments: [true, false])
    func filling(isAnnounced: Bool) async throws {
        try await TestTracker.run { test in
            test.disk.byteCount = Self.reserve + (64 << 20)
            let bytes = Growing(count: 40) { test.disk.byteCount -= $0 + (1 << 20) }
            let source = UploadSource(client: "here", byteCount: isAnnounced ? 40 << 20 : nil)
            do {
                _ = try await test.tracker.checkpoints.store(bytes, from: source)
                Issue.record("not refused")
            } catch let error as BlobError {
                guard case .sourceFailed(let cause as TrackerError) = error, case .noRoom = cause else { throw error }
            }
            #expect(try await test.blobs.all().isEmpty)
            // Whoever comes next finds nothing taken by it.
            test.disk.byteCount = Self.reserve + 5
            _ = try await test.tracker.checkpoints.store(
                Self.bytes(3), from: UploadSource(client: "here", byteCount: 5))
        }
    }

    @Test("the blob of a refused event goes at once, unless it was there before")
    func refused() async throws {
        try await TestTracker.run { test in
            let (session, token) = try await test.running()
            try await test.complete(1, of: session, token)
            test.store.failNextAppend(with: .noRoom(details: "a test"))
            await #expect(throws: (any Error).self) {
                try await test.save("weights", epoch: 1, of: session, token, as: "first")
            }
            #expect(try await test.blobs.all().isEmpty)
            try await test.save("weights", epoch: 1, of: session, token, as: "second")
            test.store.failNextAppend(with: .noRoom(details: "a test"))
            await #expect(throws: (any Error).self) {
                try await test.save("weights", epoch: 1, of: session, nil, as: "third")
            }
            #expect(try await test.blobs.all().count == 1)
        }
    }

    @Test("a blob whose event may be on disk stays")
    func unknownOutcome() async throws {
        try await TestTracker.run { test in
            let (session, token) = try await test.running()
            try await test.complete(1, of: session, token)
            test.store.failNextAppend(with: .outcomeUnknown(details: "a test"))
            await #expect(throws: (any Error).self) {
                try await test.save("weights", epoch: 1, of: session, token)
            }
            #expect(try await test.blobs.all().count == 1)
        }
    }

    @Test("health tells how much room there is, and that there is too little")
    func health() async throws {
        try await TestTracker.run { test in
            let health = Health(
                test.core, monitor: ResourceMonitor(folder: "/tmp", now: test.core.now), launches: false)
            let before = try #require(health.components.first { $0.name == "disk" })
            #expect(before.message == nil)
            test.disk.byteCount = Self.reserve - 1
            let after = try #require(health.components.first { $0.name == "disk" })
            #expect(after.message?.contains("\(Self.reserve - 1) bytes are free") == true)
            #expect(after.figures.map(\.value) == [UInt64(Self.reserve - 1), UInt64(Self.reserve)])
        }
    }

    // MARK: - Slots

    @Test("a client gets half of what is free, others find a slot, and leases have some of their own")
    func slots() async throws {
        try await TestTracker.run { test in
            try await withThrowingTaskGroup(of: Void.self) { group in
                let stalled = Stalled()
                func begin(_ client: String, isLeased: Bool = false) async throws -> Bool {
                    let begun = stalled.count
                    let source = UploadSource(client: client, byteCount: 1, isLeased: isLeased)
                    group.addTask {
                        do {
                            _ = try await test.tracker.checkpoints.store(stalled, from: source)
                        } catch is TrackerError {
                            stalled.refuse()
                        }
                    }
                    while stalled.count == begun { await Task.yield() }
                    return stalled.wasTaken
                }
                var counts: [Int] = []
                for client in ["a", "b", "c", "d"] {
                    var count = 0
                    while try await begin(client) { count += 1 }
                    counts.append(count)
                }
                #expect(counts == [12, 6, 3, 2])
                let isTaken = try await begin("a", isLeased: true)
                #expect(isTaken)
                stalled.end()
                try await group.waitForAll()
            }
            // All slots are free again.
            _ = try await test.tracker.checkpoints.store(
                Self.bytes(1), from: UploadSource(client: "a", byteCount: 1))
        }
    }
}

/// Bytes that nobody may ask for.
private struct Unread: AsyncSequence, AsyncIteratorProtocol {
    func makeAsyncIterator() -> Unread { self }

    mutating func next() async throws -> ByteBuffer? {
        Issue.record("the body was read")
        return nil
    }
}

/// Pieces of 1 MiB; each is told before it comes.
private struct Growing: AsyncSequence, AsyncIteratorProtocol {
    var count: Int
    let onPiece: @Sendable (Int) -> Void

    init(count: Int, onPiece: @escaping @Sendable (Int) -> Void) {
        self.count = count
        self.onPiece = onPiece
    }

    func makeAsyncIterator() -> Growing { self }

    mutating func next() async throws -> ByteBuffer? {
        guard count > 0 else { return nil }
        count -= 1
        onPiece(1 << 20)
        return ByteBuffer(repeating: UInt8(count), count: 1 << 20)
    }
}

/// Bytes that do not come until the end; counts who asked for them, or was refused.
private final class Stalled: AsyncSequence, Sendable {
    typealias Element = ByteBuffer
    typealias Failure = any Error

    private let state = Mutex((count: 0, wasTaken: false, isOver: false))

    var count: Int { state.withLock { $0.count } }
    var wasTaken: Bool { state.withLock { $0.wasTaken } }
    func refuse() { note(false) }
    func end() { state.withLock { $0.isOver = true } }

    private func note(_ wasTaken: Bool) {
        state.withLock { state in
            state.count += 1
            state.wasTaken = wasTaken
        }
    }

    func makeAsyncIterator() -> Iterator { Iterator(owner: self) }

    struct Iterator: AsyncIteratorProtocol {
        let owner: Stalled

        mutating func next() async throws -> ByteBuffer? {
            owner.note(true)
            while !owner.state.withLock({ $0.isOver }) { try await Task.sleep(for: .milliseconds(2)) }
            return nil
        }
    }
}

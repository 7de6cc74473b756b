import LMDB
import ReadModels
import Synchronization
import TestSupport
import Testing
import Tracking

/// Rows and their position are written together or not at all.
struct CrashTests {
    @Test(
        "A write that fails at any operation leaves the rows at the last committed position, and going on gives the same bytes"
    )
    func everyOperation() throws {
        let events = try RandomLog.events(seed: 31, count: 120)
        let folder = try TemporaryDirectory(isInMemory: true)
        let whole = try ReadModels(folder: folder.path)
        try whole.apply(events)
        let digest = try whole.digest()
        var operations = 0
        for failing in stride(from: 0, to: 4_000, by: 53) {
            let counter = Mutex(0)
            var options = ReadModelOptions()
            options.environment.fault = { operation in
                counter.withLock { count in
                    count += 1
                    return count == failing ? 5 : 0
                }
            }
            let folder = try TemporaryDirectory(isInMemory: true)
            let failures = try Self.apply(events, inBatchesOf: 40, to: folder.path, options)
            operations = max(operations, counter.withLock { $0 })
            let reopened = try ReadModels(folder: folder.path)
            let reached = reopened.position.rawValue
            #expect(failures == 0 || reached < UInt64(events.count))
            #expect(reached % 40 == 0 || reached == UInt64(events.count), "a batch is written whole")
            try reopened.apply(Array(events[Int(reached)...]))
            #expect(try reopened.digest() == digest)
        }
        #expect(operations > 200, "the failures were spread over many operations")
    }

    /// Applies until a batch fails; returns how many did.
    private static func apply(
        _ events: [RecordedEvent], inBatchesOf count: Int, to folder: String, _ options: ReadModelOptions
    ) throws -> Int {
        let models = try ReadModels(folder: folder, options: options)
        for start in stride(from: 0, to: events.count, by: count) {
            do throws(ProjectionError) {
                try models.apply(Array(events[start..<min(start + count, events.count)]))
            } catch {
                guard case .storage = error else { throw error }
                return 1
            }
        }
        return 0
    }

    @Test("After a failed batch the same documents go on with what was committed")
    func goingOn() throws {
        let events = try RandomLog.events(seed: 32, count: 200)
        let isFailing = Mutex(false)
        var options = ReadModelOptions()
        options.environment.fault = { operation in operation == .commit && isFailing.withLock { $0 } ? 28 : 0 }
        let folder = try TemporaryDirectory(isInMemory: true)
        let models = try ReadModels(folder: folder.path, options: options)
        try models.apply(Array(events[..<100]))
        isFailing.withLock { $0 = true }
        #expect(throws: ProjectionError.self) { try models.apply(Array(events[100...])) }
        #expect(models.position == LogPosition(100))
        isFailing.withLock { $0 = false }
        try models.apply(Array(events[100...]))
        let other = try TemporaryDirectory(isInMemory: true)
        let whole = try ReadModels(folder: other.path)
        try whole.apply(events)
        #expect(try models.digest() == whole.digest())
    }

    @Test("An event that cannot be read stops the documents before it and says where")
    func undecodable() throws {
        var script = try EventScript.running()
        try script.append(NewEvent(type: "session.dreamt", payload: []), to: StreamID(.session, "sess_a"))
        let folder = try TemporaryDirectory(isInMemory: true)
        let models = try ReadModels(folder: folder.path)
        let error = #expect(throws: ProjectionError.self) { try models.apply(script.events) }
        #expect(
            error
                == .undecodable(
                    position: script.head, stream: StreamID(.session, "sess_a"), .unknownType("session.dreamt")))
        #expect(models.position.rawValue == script.head.rawValue - 1)
        #expect(try models.read { try $0.session(Documents.session) }?.status == "running")
    }

    @Test("Events that were applied already are refused")
    func twice() throws {
        let script = try EventScript.running()
        let folder = try TemporaryDirectory(isInMemory: true)
        let models = try ReadModels(folder: folder.path)
        try models.apply(script.events)
        #expect(throws: ProjectionError.outOfOrder(position: LogPosition(1), after: script.head)) {
            try models.apply(script.events)
        }
    }
}

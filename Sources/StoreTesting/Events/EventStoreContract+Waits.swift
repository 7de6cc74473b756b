import EventLog
import TestSupport
import Testing
import Tracking

extension EventStoreContract {
    func waiting() async throws {
        let (store, _) = try await store()
        async let heads = withThrowingTaskGroup(of: LogPosition.self) { group in
            for _ in 0..<500 { group.addTask { try await store.waitForEvents(after: .start) } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        let first = try await store.append(.of(["a"], to: session, as: "one")).last
        #expect(try await heads.allSatisfy { $0 == first })
        #expect(try await store.waitForEvents(after: .start) == first)
        async let next = store.nextEvents(after: first, matching: .categories([.telemetry]))
        _ = try await store.append(.of(["b"], to: session, as: "two"))
        _ = try await store.append(.of(["c"], to: telemetry, as: "three"))
        #expect(try await next.events.map(\.text) == ["c"])
    }

    func lateWait() async throws {
        let (store, _) = try await store()
        _ = try await store.append(.of(["a"], to: session, as: "one"))
        for index in 0..<200 {
            _ = try await store.append(.of(["x"], to: StreamID(.telemetry, "\(index)"), as: "filler"))
        }
        for filter in [.all, .streams([session, other]), .categories([.session, .alert])] as [EventFilter] {
            let task = Task {
                withUnsafeCurrentTask { $0?.cancel() }
                return try await store.waitForEvents(after: .start, matching: filter)
            }
            #expect(try await task.value == store.head)
        }
    }

    func manyWaiters() async throws {
        let (store, _) = try await store()
        try await withThrowingTaskGroup(of: LogPosition.self) { group in
            for index in 0..<3000 {
                let filter: EventFilter = index % 2 == 0 ? .streams([session, other]) : .categories([.session])
                group.addTask { try await store.waitForEvents(after: .start, matching: filter) }
            }
            for index in 0..<50 {
                _ = try await store.append(.of(["x"], to: telemetry, as: "\(index)"))
            }
            _ = try await store.append(.of(["a"], to: session, as: "one"))
            // A wait that is never answered keeps the group from ending.
            try await group.waitForAll()
        }
    }

    func neverMissed(seed: UInt64) async throws {
        let (store, _) = try await store()
        let streams = (0..<24).map { StreamID([.session, .telemetry, .alert][$0 % 3], "\($0)") }
        let count = 20
        try await withThrowingTaskGroup(of: Void.self) { group in
            for follower in 0..<120 as Range<UInt64> {
                group.addTask {
                    var random = SeededGenerator(seed: seed << 32 | follower)
                    let wanted = (0..<Int.random(in: 1...3, using: &random)).map { _ in
                        streams[Int.random(in: 0..<24, using: &random)]
                    }
                    let filter: EventFilter =
                        switch follower % 4 {
                        case 0: .all
                        case 1: .categories(Set(wanted.map(\.category)))
                        default: .streams(Set(wanted))
                        }
                    try await follow(
                        store, filter, untilSeen: count * streams.count { filter.includes($0) }, of: count, &random)
                }
            }
            for (number, stream) in streams.enumerated() {
                group.addTask {
                    var random = SeededGenerator(seed: ~seed << 32 | UInt64(number))
                    for index in 0..<count {
                        for _ in 0..<Int.random(in: 0...5, using: &random) { await Task.yield() }
                        _ = try await store.append(.of(["\(index)"], to: stream, as: "\(index)"))
                    }
                }
            }
            try await group.waitForAll()
        }
    }

    /// Follows the log until so many events were seen, and checks that each stream's are all there in order. It waits for
    /// ever when a wake is missed.
    private func follow(
        _ store: any EventStore, _ filter: EventFilter, untilSeen expected: Int, of countInStream: Int,
        _ random: inout SeededGenerator
    ) async throws {
        var seen: [StreamID: [String]] = [:]
        var seenCount = 0
        var position = LogPosition.start
        while seenCount < expected {
            let limit = ReadLimit(count: .random(in: 1...40, using: &random))
            let batch = try await store.nextEvents(after: position, limit: limit, matching: filter)
            for event in batch.events { seen[event.stream, default: []].append(event.text) }
            seenCount += batch.events.count
            position = batch.through
            for _ in 0..<Int.random(in: 0...3, using: &random) { await Task.yield() }
        }
        for (stream, texts) in seen {
            #expect(filter.includes(stream) && texts == (0..<countInStream).map { "\($0)" })
        }
    }

    func cancelled() async throws {
        let (store, _) = try await store()
        let task = Task { try await store.waitForEvents(after: .start) }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
    }

    func closed() async throws {
        let (store, _) = try await store()
        #expect(store.failure == nil)
        let waiting = Task { try await store.waitForEvents(after: LogPosition(5)) }
        await store.close()
        await #expect(throws: CancellationError.self) { try await waiting.value }
        await #expect(throws: CancellationError.self) { try await store.waitForEvents(after: LogPosition(5)) }
        await #expect(throws: AppendError.stopped(details: "It was closed.")) {
            try await store.append(.of(["a"], to: session, as: "one"))
        }
        await store.close()
        #expect(store.failure == nil)
    }
}

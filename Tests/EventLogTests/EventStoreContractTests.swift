import EventLog
import Testing
import Tracking

/// What every event store must do.
@Suite struct EventStoreContractTests {
    let session = StreamID(.session, "sess_1")
    let telemetry = StreamID(.telemetry, "sess_1")
    let other = StreamID(.session, "sess_2")

    @Test(
        "events get the next positions and versions, and are read back as they were given",
        arguments: StoreKind.allCases)
    func appendAndRead(kind: StoreKind) async throws {
        let test = try TestStore(kind)
        let store = test.store
        #expect(store.head == .start)
        #expect(try await store.version(of: session) == .none)
        let occurredAt = Timestamp(rawValue: 42)
        var request = AppendRequest.of(["a", "b"], to: session, as: "one")
        request.events[1].occurredAt = occurredAt
        request.events[1].schemaVersion = 7
        let first = try await store.append(request)
        #expect(first.first == LogPosition(1) && first.last == LogPosition(2))
        #expect(first.firstVersion == StreamVersion(1) && first.lastVersion == StreamVersion(2))
        #expect(first.count == 2 && !first.isRepeat)
        let second = try await store.append(.of(["c"], to: other, as: "two"))
        #expect(second.first == LogPosition(3) && second.last == LogPosition(3))
        #expect(second.firstVersion == StreamVersion(1))
        #expect(store.head == LogPosition(3))
        let events = try await store.events(after: .start).events
        #expect(events.map(\.text) == ["a", "b", "c"])
        #expect(events.map(\.position.rawValue) == [1, 2, 3])
        #expect(events.map(\.version.rawValue) == [1, 2, 1])
        #expect(events.map(\.stream) == [session, session, other])
        #expect(events.map(\.occurredAt) == [nil, occurredAt, nil])
        #expect(events.map(\.schemaVersion) == [1, 7, 1])
        #expect(events.allSatisfy { $0.actor == "api" && $0.type == "noted" && $0.recordedAt == test.clock.now })
        #expect(events.map { $0.causation?.text } == ["one", "one", "two"])
        #expect(
            events.map(\.id) == [0, 1].map { CommandID("one")!.eventID(at: $0) } + [CommandID("two")!.eventID(at: 0)])
        #expect(try await store.events(in: session, after: .none, limit: 9) == Array(events.prefix(2)))
        #expect(try await store.version(of: session) == StreamVersion(2))
    }

    @Test("the expected version is checked and a refused append leaves nothing", arguments: StoreKind.allCases)
    func expectedVersion(kind: StoreKind) async throws {
        let store = try TestStore(kind).store
        _ = try await store.append(.of(["a"], to: session, as: "one", expecting: .noStream))
        await #expect(throws: AppendError.conflict(actual: StreamVersion(1))) {
            try await store.append(.of(["b"], to: session, as: "two", expecting: .noStream))
        }
        await #expect(throws: AppendError.conflict(actual: .none)) {
            try await store.append(.of(["b"], to: other, as: "two", expecting: .exactly(StreamVersion(3))))
        }
        #expect(store.head == LogPosition(1))
        _ = try await store.append(.of(["b"], to: session, as: "two", expecting: .exactly(StreamVersion(1))))
        #expect(try await store.events(after: .start).events.map(\.text) == ["a", "b"])
    }

    @Test("a command sent again gets its first answer before its version is checked", arguments: StoreKind.allCases)
    func repeated(kind: StoreKind) async throws {
        let test = try TestStore(kind)
        let store = test.store
        let request = AppendRequest.of(["a", "b"], to: session, as: "one", expecting: .noStream)
        let first = try await store.append(request)
        for index in 0..<7 { _ = try await store.append(.of(["x"], to: session, as: "filler \(index)")) }
        test.clock.now = Timestamp(rawValue: 9_000_000)
        var expected = first
        expected.isRepeat = true
        #expect(try await store.append(request) == expected)
        #expect(store.head == LogPosition(9))
        let receipt = try await store.command(CommandID("one")!, in: session)
        #expect(
            receipt
                == CommandReceipt(
                    first: first.first, firstVersion: first.firstVersion, count: 2, digest: request.commandDigest))
        #expect(try await store.command(CommandID("one")!, in: other) == nil)
        #expect(try await store.command(CommandID("none")!, in: session) == nil)
    }

    @Test(
        "a command id belongs to one command in its stream, and to others in other streams",
        arguments: StoreKind.allCases)
    func reused(kind: StoreKind) async throws {
        let store = try TestStore(kind).store
        _ = try await store.append(.of(["a"], to: session, as: "one"))
        await #expect(throws: AppendError.commandReused(first: LogPosition(1))) {
            try await store.append(.of(["b"], to: session, as: "one"))
        }
        let elsewhere = try await store.append(.of(["b"], to: other, as: "one"))
        #expect(!elsewhere.isRepeat && elsewhere.first == LogPosition(2))
    }

    @Test("a command without events leaves no record and is not remembered", arguments: StoreKind.allCases)
    func empty(kind: StoreKind) async throws {
        let store = try TestStore(kind).store
        _ = try await store.append(.of(["a"], to: session, as: "one"))
        let result = try await store.append(.of([], to: session, as: "two", expecting: .exactly(StreamVersion(1))))
        #expect(result.count == 0 && result.first == LogPosition(1) && result.last == LogPosition(1))
        #expect(result.lastVersion == StreamVersion(1) && !result.isRepeat)
        #expect(store.head == LogPosition(1))
        #expect(try await store.command(CommandID("two")!, in: session) == nil)
        await #expect(throws: AppendError.conflict(actual: StreamVersion(1))) {
            try await store.append(.of([], to: session, as: "three", expecting: .noStream))
        }
        let fresh = try await store.append(.of([], to: other, as: "four"))
        #expect(fresh.lastVersion == .none)
        #expect(try await store.version(of: other) == .none)
    }

    @Test("what is larger than the log takes is refused", arguments: StoreKind.allCases)
    func tooLarge(kind: StoreKind) async throws {
        let store = try TestStore(kind).store
        let most = NewEvent(type: "noted", payload: Array(repeating: 1, count: NewEvent.maximumPayloadByteCount))
        var request = AppendRequest.of(["a"], to: session, as: "one")
        request.events = [most]
        _ = try await store.append(request)
        #expect(try await store.event(at: LogPosition(1))?.payload == most.payload)
        func refuses(_ change: (inout AppendRequest) -> Void) async -> Bool {
            var request = AppendRequest.of(["a"], to: session, as: "two")
            change(&request)
            do throws(AppendError) {
                _ = try await store.append(request)
                return false
            } catch {
                guard case .tooLarge = error else { return false }
                return true
            }
        }
        #expect(await refuses { $0.events[0].payload = most.payload + [1] })
        #expect(await refuses { $0.events[0].type = String(repeating: "x", count: 256) })
        #expect(await refuses { $0.events[0].type = "" })
        #expect(await refuses { $0.actor = String(repeating: "x", count: 256) })
        #expect(await refuses { $0.events = Array(repeating: $0.events[0], count: 4097) })
        #expect(await refuses { $0.events = Array(repeating: most, count: 97) })
        #expect(store.head == LogPosition(1))
    }

    @Test("the times never decrease, and a time names the last position at or before it", arguments: StoreKind.allCases)
    func times(kind: StoreKind) async throws {
        let test = try TestStore(kind)
        let store = test.store
        for (index, time) in [10, 20, 15, 20, 30].enumerated() {
            test.clock.now = Timestamp(rawValue: Int64(time))
            _ = try await store.append(.of(["\(index)"], to: session, as: "\(index)"))
        }
        #expect(try await store.events(after: .start).events.map(\.recordedAt.rawValue) == [10, 20, 20, 20, 30])
        for (time, position) in [(9, 0), (10, 1), (19, 1), (20, 4), (29, 4), (30, 5), (99, 5)] as [(Int64, UInt64)] {
            #expect(try await store.position(at: Timestamp(rawValue: time)) == LogPosition(position))
        }
    }

    @Test(
        "a read gives what fits its limit, at least one event, and says how far it got", arguments: StoreKind.allCases)
    func limits(kind: StoreKind) async throws {
        let store = try TestStore(kind).store
        for index in 0..<10 {
            _ = try await store.append(
                .of(["0123456789"], to: index % 2 == 0 ? session : telemetry, as: "\(index)"))
        }
        func positions(_ batch: EventBatch) -> [UInt64] { batch.events.map(\.position.rawValue) }
        let three = try await store.events(after: LogPosition(2), limit: 3)
        #expect(positions(three) == [3, 4, 5] && three.through == LogPosition(5))
        let bytes = try await store.events(after: .start, limit: ReadLimit(byteCount: 25))
        #expect(positions(bytes) == [1, 2] && bytes.through == LogPosition(2))
        let one = try await store.events(after: .start, limit: ReadLimit(byteCount: 1))
        #expect(positions(one) == [1])
        let none = try await store.events(after: LogPosition(10))
        #expect(none.events.isEmpty && none.through == LogPosition(10))
        let beyond = try await store.events(after: LogPosition(99))
        #expect(beyond.events.isEmpty && beyond.through == LogPosition(99))
        #expect(
            try await store.events(in: session, after: StreamVersion(1), limit: 2).map(\.version.rawValue) == [2, 3])
        #expect(try await store.events(in: session, after: .none, limit: ReadLimit(byteCount: 25)).count == 2)
        #expect(try await store.events(in: session, after: StreamVersion(5), limit: 2).isEmpty)
        #expect(try await store.events(in: session, after: StreamVersion(.max), limit: 2).isEmpty)
        #expect(try await store.events(in: other, after: .none, limit: 2).isEmpty)
        #expect(try await store.event(at: LogPosition(4))?.position == LogPosition(4))
        #expect(try await store.event(at: .start) == nil)
        #expect(try await store.event(at: LogPosition(11)) == nil)
        #expect(try await store.event(at: LogPosition(.max)) == nil)
        #expect(try await store.allEvents(in: session).count == 5)
    }

    @Test("a filter gives the wanted events in the order of the log", arguments: StoreKind.allCases)
    func filters(kind: StoreKind) async throws {
        let store = try TestStore(kind).store
        let streams = [session, telemetry, other]
        for index in 0..<12 {
            _ = try await store.append(.of(["\(index)", "\(index)"], to: streams[index % 3], as: "\(index)"))
        }
        func texts(_ filter: EventFilter, after position: UInt64 = 0, _ limit: ReadLimit = 99) async throws -> [String]
        {
            try await store.events(after: LogPosition(position), limit: limit, matching: filter).events.map(\.text)
        }
        let twice = { (numbers: [Int]) in numbers.flatMap { ["\($0)", "\($0)"] } }
        #expect(try await texts(.categories([.telemetry])) == twice([1, 4, 7, 10]))
        #expect(try await texts(.categories([.session]), after: 13) == ["6"] + twice([8, 9, 11]))
        #expect(try await texts(.streams([session, telemetry])) == twice([0, 1, 3, 4, 6, 7, 9, 10]))
        #expect(try await texts(.streams([other]), after: 11) == ["5"] + twice([8, 11]))
        #expect(try await texts(.streams([other]), after: 11, 2) == ["5", "8"])
        #expect(try await texts(.streams([StreamID(.alert, "none")])) == [])
        #expect(try await texts(.streams([])) == [])
        let batch = try await store.events(after: .start, limit: 3, matching: .streams([other]))
        #expect(batch.through == batch.events.last?.position)
        let last = try await store.events(after: LogPosition(22), limit: 99, matching: .categories([.alert]))
        #expect(last == EventBatch(events: [], through: LogPosition(24)))
        let end = try await store.events(after: .start, limit: 99, matching: .streams([session]))
        #expect(end.through == LogPosition(24))
    }

    @Test("waiting returns at once for what is there and wakes for what comes", arguments: StoreKind.allCases)
    func waiting(kind: StoreKind) async throws {
        let store = try TestStore(kind).store
        async let heads = withThrowingTaskGroup(of: LogPosition.self) { group in
            for _ in 0..<500 { group.addTask { try await store.waitForEvents(after: .start) } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        _ = try await store.append(.of(["a"], to: session, as: "one"))
        #expect(try await heads.allSatisfy { $0 == LogPosition(1) })
        #expect(try await store.waitForEvents(after: .start) == LogPosition(1))
        async let next = store.nextEvents(after: LogPosition(1), matching: .categories([.telemetry]))
        _ = try await store.append(.of(["b"], to: session, as: "two"))
        _ = try await store.append(.of(["c"], to: telemetry, as: "three"))
        #expect(try await next.events.map(\.text) == ["c"])
    }

    @Test("waiting ends with an error when the task is cancelled", arguments: StoreKind.allCases)
    func cancelled(kind: StoreKind) async throws {
        let store = try TestStore(kind).store
        let task = Task { try await store.waitForEvents(after: .start) }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
    }

    @Test("after a close nothing is taken and nobody waits", arguments: StoreKind.allCases)
    func closed(kind: StoreKind) async throws {
        let test = try TestStore(kind)
        let store = test.store
        let waiting = Task { try await store.waitForEvents(after: LogPosition(5)) }
        await test.close()
        await #expect(throws: CancellationError.self) { try await waiting.value }
        await #expect(throws: CancellationError.self) { try await store.waitForEvents(after: LogPosition(5)) }
        await #expect(throws: AppendError.stopped(details: "It was closed.")) {
            try await store.append(.of(["a"], to: session, as: "one"))
        }
        await test.close()
    }

    @Test("the double fails the next append as it is told, and only that one")
    func toldToFail() async throws {
        let store = InMemoryEventStore()
        store.failNextAppend(with: .noRoom(details: "a test"))
        await #expect(throws: AppendError.noRoom(details: "a test")) {
            try await store.append(.of(["a"], to: session, as: "one"))
        }
        #expect(try await store.append(.of(["a"], to: session, as: "one")).first == LogPosition(1))
    }

    @Test("of many appends that expect the same version, one wins", arguments: StoreKind.allCases)
    func race(kind: StoreKind) async throws {
        let store = try TestStore(kind).store
        let winners = await withTaskGroup(of: Bool.self) { group in
            for index in 0..<64 {
                group.addTask {
                    do throws(AppendError) {
                        _ = try await store.append(.of(["\(index)"], to: session, as: "\(index)", expecting: .noStream))
                        return true
                    } catch {
                        return error != .conflict(actual: StreamVersion(1))
                    }
                }
            }
            return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
        }
        #expect(winners == 1)
        #expect(try await store.version(of: session) == StreamVersion(1))
    }
}

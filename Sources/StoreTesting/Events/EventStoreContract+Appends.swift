import EventLog
import TestSupport
import Testing
import Tracking

extension EventStoreContract {
    func appendAndRead() async throws {
        let (store, clock) = try await store()
        #expect(store.head == .start)
        #expect(try await store.version(of: session) == .none)
        let occurredAt = Timestamp(rawValue: 42)
        var request = AppendRequest.of(["a", "b"], to: session, as: "one")
        request.events[1].occurredAt = occurredAt
        request.events[1].schemaVersion = 7
        let first = try await store.append(request)
        #expect(first.firstVersion == StreamVersion(1) && first.lastVersion == StreamVersion(2))
        #expect(first.count == 2 && !first.isRepeat)
        let second = try await store.append(.of(["c"], to: other, as: "two"))
        #expect(second.firstVersion == StreamVersion(1))
        let at = try await places(in: store)
        #expect(first.first == at[1] && first.last == at[2])
        #expect(second.first == at[3] && second.last == at[3])
        #expect(store.head == at[3])
        let events = try await store.events(after: .start).events
        #expect(events.map(\.text) == ["a", "b", "c"])
        #expect(at.numbers(of: events) == [1, 2, 3])
        #expect(events.map(\.version.rawValue) == [1, 2, 1])
        #expect(events.map(\.stream) == [session, session, other])
        #expect(events.map(\.occurredAt) == [nil, occurredAt, nil])
        #expect(events.map(\.schemaVersion) == [1, 7, 1])
        #expect(events.allSatisfy { $0.actor == "api" && $0.type == "noted" && $0.recordedAt == clock.now })
        #expect(events.map { $0.causation?.text } == ["one", "one", "two"])
        #expect(
            events.map(\.id) == [0, 1].map { CommandID("one")!.eventID(at: $0) } + [CommandID("two")!.eventID(at: 0)])
        #expect(try await store.events(in: session, after: .none, limit: 9) == Array(events.prefix(2)))
        #expect(try await store.version(of: session) == StreamVersion(2))
    }

    func expectedVersion() async throws {
        let (store, _) = try await store()
        let first = try await store.append(.of(["a"], to: session, as: "one", expecting: .noStream))
        await #expect(throws: AppendError.conflict(actual: StreamVersion(1))) {
            try await store.append(.of(["b"], to: session, as: "two", expecting: .noStream))
        }
        await #expect(throws: AppendError.conflict(actual: .none)) {
            try await store.append(.of(["b"], to: other, as: "two", expecting: .exactly(StreamVersion(3))))
        }
        #expect(store.head == first.last)
        _ = try await store.append(.of(["b"], to: session, as: "two", expecting: .exactly(StreamVersion(1))))
        #expect(try await store.events(after: .start).events.map(\.text) == ["a", "b"])
    }

    func repeated() async throws {
        let (store, clock) = try await store()
        let request = AppendRequest.of(["a", "b"], to: session, as: "one", expecting: .noStream)
        let first = try await store.append(request)
        for index in 0..<7 { _ = try await store.append(.of(["x"], to: session, as: "filler \(index)")) }
        clock.now = Timestamp(rawValue: 9_000_000)
        var expected = first
        expected.isRepeat = true
        #expect(try await store.append(request) == expected)
        let at = try await places(in: store)
        #expect(store.head == at[9])
        let receipt = try await store.command(CommandID("one")!, in: session)
        #expect(
            receipt
                == CommandReceipt(
                    first: at[1], last: at[2], firstVersion: first.firstVersion, lastVersion: first.lastVersion,
                    count: 2, digest: request.commandDigest))
        #expect(try await store.command(CommandID("one")!, in: other) == nil)
        #expect(try await store.command(CommandID("none")!, in: session) == nil)
    }

    func reused() async throws {
        let (store, _) = try await store()
        let first = try await store.append(.of(["a"], to: session, as: "one")).first
        await #expect(throws: AppendError.commandReused(first: first)) {
            try await store.append(.of(["b"], to: session, as: "one"))
        }
        let elsewhere = try await store.append(.of(["b"], to: other, as: "one"))
        let at = try await places(in: store)
        #expect(first == at[1] && !elsewhere.isRepeat && elsewhere.first == at[2])
    }

    func empty() async throws {
        let (store, _) = try await store()
        _ = try await store.append(.of(["a"], to: session, as: "one"))
        let at = try await places(in: store)
        let result = try await store.append(.of([], to: session, as: "two", expecting: .exactly(StreamVersion(1))))
        #expect(result.count == 0 && result.first == at[1] && result.last == at[1])
        #expect(result.lastVersion == StreamVersion(1) && !result.isRepeat)
        #expect(store.head == at[1])
        #expect(try await store.command(CommandID("two")!, in: session) == nil)
        await #expect(throws: AppendError.conflict(actual: StreamVersion(1))) {
            try await store.append(.of([], to: session, as: "three", expecting: .noStream))
        }
        let fresh = try await store.append(.of([], to: other, as: "four"))
        #expect(fresh.lastVersion == .none)
        #expect(try await store.version(of: other) == .none)
    }

    func tooLarge() async throws {
        let (store, _) = try await store()
        let most = NewEvent(type: "noted", payload: Array(repeating: 1, count: NewEvent.maximumPayloadByteCount))
        var request = AppendRequest.of(["a"], to: session, as: "one")
        request.events = [most]
        let first = try await store.append(request).first
        #expect(try await store.event(at: first)?.payload == most.payload)
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
        #expect(
            await refuses { $0.events = Array(repeating: $0.events[0], count: AppendRequest.maximumEventCount + 1) })
        #expect(await refuses { $0.events = Array(repeating: most, count: 97) })
        #expect(try await places(in: store)[1] == first && store.head == first)
    }

    func race() async throws {
        let (store, _) = try await store()
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

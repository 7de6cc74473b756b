import EventLog
import TestSupport
import Testing
import Tracking

extension EventStoreContract {
    func times() async throws {
        let (store, clock) = try await store()
        for (index, time) in [10, 20, 15, 20, 30].enumerated() {
            clock.now = Timestamp(rawValue: Int64(time))
            _ = try await store.append(.of(["\(index)"], to: session, as: "\(index)"))
        }
        #expect(try await store.events(after: .start).events.map(\.recordedAt.rawValue) == [10, 20, 20, 20, 30])
        let at = try await places(in: store)
        for (time, number) in [(9, 0), (10, 1), (19, 1), (20, 4), (29, 4), (30, 5), (99, 5)] as [(Int64, Int)] {
            #expect(try await store.position(at: Timestamp(rawValue: time)) == at[number])
        }
    }

    func limits() async throws {
        let (store, _) = try await store()
        for index in 0..<10 {
            _ = try await store.append(
                .of(["0123456789"], to: index % 2 == 0 ? session : telemetry, as: "\(index)"))
        }
        let at = try await places(in: store)
        let three = try await store.events(after: at[2], limit: 3)
        #expect(at.numbers(of: three.events) == [3, 4, 5] && three.through == at[5])
        let bytes = try await store.events(after: .start, limit: ReadLimit(byteCount: 25))
        #expect(at.numbers(of: bytes.events) == [1, 2] && bytes.through == at[2])
        let one = try await store.events(after: .start, limit: ReadLimit(byteCount: 1))
        #expect(at.numbers(of: one.events) == [1])
        let none = try await store.events(after: at[10])
        #expect(none.events.isEmpty && none.through == at[10])
        let beyond = try await store.events(after: at[99])
        #expect(beyond.events.isEmpty && beyond.through == at[99])
        #expect(
            try await store.events(in: session, after: StreamVersion(1), limit: 2).map(\.version.rawValue) == [2, 3])
        #expect(try await store.events(in: session, after: .none, limit: ReadLimit(byteCount: 25)).count == 2)
        #expect(try await store.events(in: session, after: StreamVersion(5), limit: 2).isEmpty)
        #expect(try await store.events(in: session, after: StreamVersion(.max), limit: 2).isEmpty)
        #expect(try await store.events(in: other, after: .none, limit: 2).isEmpty)
        #expect(try await store.event(at: at[4])?.position == at[4])
        #expect(try await store.event(at: .start) == nil)
        #expect(try await store.event(at: at[11]) == nil)
        #expect(try await store.event(at: LogPosition(.max)) == nil)
        #expect(try await store.allEvents(in: session).count == 5)
    }

    func filters() async throws {
        let (store, _) = try await store()
        let streams = [session, telemetry, other]
        for index in 0..<12 {
            _ = try await store.append(.of(["\(index)", "\(index)"], to: streams[index % 3], as: "\(index)"))
        }
        let at = try await places(in: store)
        func texts(_ filter: EventFilter, after number: Int = 0, _ limit: ReadLimit = 99) async throws -> [String] {
            try await store.events(after: at[number], limit: limit, matching: filter).events.map(\.text)
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
        let last = try await store.events(after: at[22], limit: 99, matching: .categories([.alert]))
        #expect(last == EventBatch(events: [], through: at[24]))
        let end = try await store.events(after: .start, limit: 99, matching: .streams([session]))
        #expect(end.through == at[24])
    }

    func filteredReads(seed: UInt64) async throws {
        var random = SeededGenerator(seed: seed)
        let (store, _) = try await store()
        let streams = [StreamID.Category.session, .session, .telemetry, .alert, .alertRule].enumerated().map {
            StreamID($1, "\($0)")
        }
        for index in 0..<150 {
            // In quiet times nearly everything is telemetry.
            let isQuiet = index / 30 % 2 == 0 && Int.random(in: 0..<9, using: &random) > 0
            let stream = isQuiet ? streams[2] : streams[Int.random(in: 0..<5, using: &random)]
            let texts = (0..<Int.random(in: 0...4, using: &random)).map { "\(index).\($0)" }
            _ = try await store.append(.of(texts, to: stream, as: "\(index)"))
        }
        let everything = try await store.events(after: .start).events
        let categories = Set(streams.map(\.category)).sorted { $0.rawValue < $1.rawValue }
        for _ in 0..<60 {
            let filter: EventFilter =
                Bool.random(using: &random)
                ? .categories(Set(categories.filter { _ in Bool.random(using: &random) }))
                : .streams(Set(streams.filter { _ in Bool.random(using: &random) }))
            let wanted = everything.filter { filter.includes($0.stream) }
            let limit = ReadLimit(
                count: .random(in: 1...12, using: &random), byteCount: .random(in: 1...60, using: &random))
            var position = LogPosition(.random(in: 0...store.head.rawValue, using: &random))
            while position < store.head {
                let batch = try await store.events(after: position, limit: limit, matching: filter)
                guard batch.through > position, batch.events.count <= limit.count,
                    batch.events == wanted.filter({ $0.position > position && $0.position <= batch.through })
                else {
                    Issue.record(
                        "\(filter), \(limit), after \(position): \(batch.events.map(\.position)), \(batch.through)")
                    break
                }
                position = batch.through
            }
        }
    }
}

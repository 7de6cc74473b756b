import EventLog
import Foundation
import LMDB
import StoreTesting
import TestSupport
import Testing
import Tracking

/// Some producers, a failing disk and restarts, on one thread and fixed by a seed.
@Suite struct SimulationTests {
    /// A producer that sends its commands one after the other, and sends one again until it knows what became of it.
    private struct Producer {
        let stream: StreamID
        var sent = 0
        var acknowledged = 0
        var waiting: Answer?

        func request(_ index: Int) -> AppendRequest {
            .of((0...index % 3).map { "\(stream) \(index) \($0)" }, to: stream, as: "\(index)")
        }
    }

    @Test(
        "whatever fails and whenever the process ends, what was acknowledged is there once and nothing else is",
        arguments: 0..<30 as Range<UInt64>)
    func failures(seed: UInt64) async throws {
        var random = SeededGenerator(seed: seed)
        let folder = try TemporaryDirectory()
        var producers = (0..<5).map { Producer(stream: StreamID(.session, "sess_\($0)")) }
        var time: Int64 = 0
        for _ in 0..<4 {
            let faults = Faults()
            var options = EventLogOptions.forTests
            let now = time
            options.isStepped = true
            options.clock = { Timestamp(rawValue: now) }
            options.probe = faults
            options.environment.fault = { faults.code(for: $0) }
            options.bounds.groupCount = Int.random(in: 1...6, using: &random)
            options.bounds.indexCount = Int.random(in: 1...20, using: &random)
            options.bounds.queueByteCount = 3000
            options.bounds.journalByteCount = [0, 1 << 14, 1 << 16].randomElement(using: &random)!
            options.bounds.journalEntryByteCount = [1500, 1 << 13].randomElement(using: &random)!
            options.bounds.unflushedCount = Int.random(in: 1...30, using: &random)
            options.journalFault = { faults.code(for: $0) }
            let directory = try DataDirectory(path: folder.path, address: "a simulation")
            let store = try LMDBEventStore(in: directory, options: options)
            for _ in 0..<80 where store.failure == nil {
                time += Int64.random(in: -3...10, using: &random)
                for index in producers.indices where Bool.random(using: &random) {
                    settle(&producers[index])
                    if producers[index].waiting == nil { send(&producers[index], to: store) }
                }
                switch Int.random(in: 0..<30, using: &random) {
                case 0: faults.fail([.put, .commit, .beginWrite].randomElement(using: &random)!, with: ENOSPC)
                case 1: faults.free = 0
                case 2: faults.fail(.commit, with: EIO)
                case 9: faults.fail([.write, .sync].randomElement(using: &random)!, with: ENOSPC)
                case 10: try? store.flush()
                case 3...8:
                    faults.heal()
                    faults.free = 1 << 40
                default: break
                }
                _ = store.step()
            }
            await store.close()
            directory.unlock()
            for index in producers.indices { settle(&producers[index]) }
        }
        let directory = try DataDirectory(path: folder.path, address: "a simulation")
        let store = try LMDBEventStore(in: directory, options: .forTests)
        let count = try store.verify().recordCount
        var expectedCount = 0
        for producer in producers {
            let events = try await store.allEvents(in: producer.stream).map(\.text)
            let all = (0..<producer.sent).flatMap { producer.request($0).events }.map {
                String(decoding: $0.payload, as: UTF8.self)
            }
            let certain = (0..<producer.acknowledged).reduce(0) { $0 + producer.request($1).events.count }
            #expect(events == Array(all.prefix(events.count)))
            #expect(events.count >= certain)
            expectedCount += events.count
        }
        #expect(count == expectedCount)
        await store.close()
    }

    /// Takes note of an answer, if there is one.
    private func settle(_ producer: inout Producer) {
        guard let result = producer.waiting?.result else { return }
        if case .success = result {
            producer.acknowledged = producer.sent
        }
        producer.waiting = nil
    }

    /// Sends the command that is not acknowledged yet again, or the next one.
    private func send(_ producer: inout Producer, to store: LMDBEventStore) {
        if producer.acknowledged == producer.sent { producer.sent += 1 }
        let answer = Answer()
        producer.waiting = answer
        store.submit(producer.request(producer.sent - 1)) { answer.set($0) }
    }

    @Test("thousands of followers each see every event once while others append")
    func followers() async throws {
        let store = try StoreKind.lmdbWithSmallIndex.makeStore()
        let total = 30
        async let counts = withThrowingTaskGroup(of: Int.self) { group in
            for follower in 0..<2000 {
                group.addTask {
                    var position = LogPosition.start
                    var seen = 0
                    while position < LogPosition(UInt64(total)) {
                        let batch = try await store.nextEvents(
                            after: position, limit: ReadLimit(count: 1 + follower % 70), matching: .all)
                        guard
                            batch.events.map(\.position.rawValue)
                                == Array(position.rawValue + 1...batch.through.rawValue)
                        else { return -1 }
                        seen += batch.events.count
                        position = batch.through
                    }
                    return seen
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        for index in 0..<total {
            _ = try await store.append(.of(["\(index)"], to: StreamID(.session, "\(index % 7)"), as: "\(index)"))
        }
        #expect(try await counts.allSatisfy { $0 == total })
        await store.close()
    }

    @Test("the log can be verified and read while others append")
    func verifyWhileWriting() async throws {
        let folder = try TemporaryDirectory()
        var options = EventLogOptions.forTests
        options.bounds.indexCount = 7
        let directory = try DataDirectory(path: folder.path, address: "a simulation")
        let store = try LMDBEventStore(in: directory, options: options)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for producer in 0..<4 {
                let stream = StreamID(.session, "sess_\(producer)")
                group.addTask {
                    for index in 0..<100 {
                        let result = try await store.append(.of(["\(index)", "x"], to: stream, as: "\(index)"))
                        // What was acknowledged is read at once.
                        let events = try await store.events(
                            in: stream, after: StreamVersion(result.firstVersion.rawValue - 1), limit: 9)
                        #expect(events.map(\.text) == ["\(index)", "x"])
                        #expect(try await store.version(of: stream) == result.lastVersion)
                        let through = try await store.events(
                            after: LogPosition(result.first.rawValue - 1), limit: 2, matching: .streams([stream]))
                        #expect(through.events == events)
                    }
                }
            }
            group.addTask {
                while store.head < LogPosition(800) {
                    let head = store.head
                    #expect(try store.verify().recordCount >= Int(head.rawValue))
                    _ = try await store.waitForEvents(after: head)
                }
            }
            try await group.waitForAll()
        }
        #expect(try store.verify().appendCount == 400)
        await store.close()
    }
}

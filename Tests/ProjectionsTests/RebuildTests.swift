import Projections
import TestSupport
import Testing
import Tracking

/// Rows depend on the events alone.
struct RebuildTests {
    @Test("A log folded in one batch, event by event, and in random batches gives the same bytes", arguments: 0..<6)
    func batchesDoNotMatter(seed: UInt64) throws {
        let events = try RandomLog.events(seed: seed, count: 700)
        let whole = try Self.digest(of: events, cutAt: [])
        #expect(try Self.digest(of: events, cutAt: Array(1..<events.count)) == whole)
        var random = SeededGenerator(seed: seed)
        let cuts = (1..<events.count).filter { _ in random.once(in: 20) }
        #expect(try Self.digest(of: events, cutAt: cuts) == whole)
    }

    @Test("A batch split at any index gives the same bytes")
    func everySplit() throws {
        let events = try RandomLog.events(seed: 77, count: 150)
        let whole = try Self.digest(of: events, cutAt: [])
        for index in 1..<events.count {
            #expect(try Self.digest(of: events, cutAt: [index]) == whole, "split at \(index)")
        }
    }

    @Test("Closing and opening between batches gives the same bytes", arguments: 10..<13)
    func reopening(seed: UInt64) throws {
        let events = try RandomLog.events(seed: seed, count: 400)
        let folder = try TemporaryFolder()
        for start in stride(from: 0, to: events.count, by: 13) {
            let models = try ReadModels(folder: folder.path)
            try models.apply(Array(events[start..<min(start + 13, events.count)]))
        }
        let digest = try ReadModels(folder: folder.path).digest()
        #expect(try digest == Self.digest(of: events, cutAt: []))
    }

    @Test("The random logs of these tests hold every kind of event, and attempts that go back")
    func coverage() throws {
        let events = try (0..<6).flatMap { try RandomLog.events(seed: $0, count: 700) }
        #expect(Set(events.map(\.type)).count == 27, "\(Set(events.map(\.type)).sorted())")
        let rewinds = try (0..<6).filter { seed in
            let folder = try TemporaryFolder()
            let models = try ReadModels(folder: folder.path)
            try models.apply(try RandomLog.events(seed: UInt64(seed), count: 700))
            return try models.read { snapshot in
                try ["sess_a", "sess_b", "sess_c"].compactMap { Session.ID($0) }.contains { id in
                    try snapshot.epochRecords(of: id).count < snapshot.epochRecords(of: id, allAttempts: true).count
                        && snapshot.checkpoints(of: id).count
                            < snapshot.checkpoints(of: id, includesSuperseded: true).count
                }
            }
        }
        #expect(rewinds.count >= 2)
    }

    private static func digest(of events: [RecordedEvent], cutAt cuts: [Int]) throws -> Digest {
        let folder = try TemporaryFolder()
        let models = try ReadModels(folder: folder.path)
        var start = 0
        for end in cuts + [events.count] {
            try models.apply(Array(events[start..<end]))
            start = end
        }
        return try models.digest()
    }
}

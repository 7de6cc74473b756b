import EventLog
import Foundation
import ReadModels
import SwiftProtobuf
import TestSupport
import Testing
import Tracking

/// Rows depend on the events alone.
struct RebuildTests {
    @Test("A log folded in one batch, event by event, and in random batches gives the same bytes", arguments: 0..<6)
    func batchesDoNotMatter(seed: UInt64) throws {
        let events = try RandomLog.events(seed: seed, count: 700)
        let whole = try Self.folded(events)
        #expect(whole.rows.emptyTables.isEmpty)
        try Self.expectSame(try Self.folded(events, cutAt: Array(1..<events.count)), whole)
        var random = SeededGenerator(seed: seed)
        let cuts = (1..<events.count).filter { _ in random.once(in: 20) }
        try Self.expectSame(try Self.folded(events, cutAt: cuts), whole)
    }

    @Test("A batch split at any index gives the same bytes")
    func everySplit() throws {
        let events = try RandomLog.events(seed: 77, count: 150)
        let whole = try Self.folded(events).rows
        for index in 1..<events.count {
            let folder = try Self.fold(events, cutAt: [index])
            let split = try Rows(in: folder.path)
            #expect(split.differences(from: whole) == [], "split at \(index)")
        }
    }

    @Test("Closing and opening between batches gives the same bytes", arguments: 10..<13)
    func reopening(seed: UInt64) throws {
        let events = try RandomLog.events(seed: seed, count: 400)
        let folder = try TemporaryDirectory(isInMemory: true)
        // After each event: what the writer remembers is nothing but what the rows say.
        let count = seed == 10 ? 1 : 13
        for start in stride(from: 0, to: events.count, by: count) {
            let models = try ReadModels(folder: folder.path)
            try models.apply(Array(events[start..<min(start + count, events.count)]))
        }
        try Self.expectSame(try Self.state(in: folder), try Self.folded(events))
    }

    @Test(
        "Documents that followed a log and are then rebuilt from it have the same bytes as before", arguments: 20..<23)
    func rebuilt(seed: UInt64) async throws {
        let log = InMemoryEventStore()
        let folder = try TemporaryDirectory(isInMemory: true)
        // They follow while the log grows, so that it comes to them in whatever batches it happens to.
        try await Self.following(log, in: folder) { models in
            for event in try RandomLog.events(seed: seed, count: 400) {
                let new = NewEvent(type: event.type, schemaVersion: event.schemaVersion, payload: event.payload)
                _ = try await log.append(
                    AppendRequest(
                        stream: event.stream, events: [new], expecting: .any,
                        commandID: CommandID("append \(event.position)")!, commandDigest: event.payloadDigest,
                        actor: "test"))
            }
            while models.activity != .following || models.position != log.head { await Task.yield() }
        }
        let before = try Self.state(in: folder)
        #expect(before.rows.emptyTables.isEmpty)
        let folderBefore = try Self.fileNumber(in: folder)
        try await Self.following(log, in: folder) { models in
            models.rebuild()
            while try Self.fileNumber(in: folder) == folderBefore { await Task.yield() }
            while models.activity != .following { await Task.yield() }
        }
        try Self.expectSame(try Self.state(in: folder), before)
        // Both are what a fold of the log gives, without anything that followed it.
        try Self.expectSame(
            try Self.folded(try await log.events(after: .start, limit: ReadLimit(count: 1000)).events), before)
    }

    @Test(
        "Rows into which content was folded that went later are those of a log that never had it", arguments: 40..<48)
    func redactions(seed: UInt64) throws {
        let script = try RandomLog.script(seed: seed, count: 500)
        #expect(script.appended != script.events)
        var random = SeededGenerator(seed: seed)
        let cuts = (1..<script.events.count).filter { _ in random.once(in: 20) }
        try Self.expectSame(try Self.folded(script.appended, cutAt: cuts), try Self.folded(script.events))
    }

    @Test("The digest and the rows tell two logs apart that differ in one value")
    func tellsApart() throws {
        var (script, other) = (try EventScript.running(), try EventScript.running())
        try script.complete(epoch: 1, [.named("val_loss", 0.5)])
        try other.complete(epoch: 1, [.named("val_loss", 0.5.nextUp)])
        let (first, second) = (try Self.folded(script.events), try Self.folded(other.events))
        #expect(first.digest != second.digest)
        #expect(first.text != second.text)
        #expect(!first.rows.differences(from: second.rows).isEmpty)
    }

    @Test("The random logs of these tests hold every kind of event, and attempts that go back")
    func coverage() throws {
        let logs = try (0..<8).map { try RandomLog.events(seed: $0, count: 900) }
        let missing = try Self.everyType().subtracting(logs.joined().map(\.type))
        #expect(missing == [])
        let superseded = try Set(logs.flatMap { try Self.superseded(in: $0) })
        #expect(superseded == ["epochs", "checkpoints", "artifacts"])
    }

    /// What later attempts have done again at some position of a log.
    private static func superseded(in events: [RecordedEvent]) throws -> Set<String> {
        let folder = try TemporaryDirectory(isInMemory: true)
        let models = try ReadModels(folder: folder.path)
        try models.apply(events)
        var kinds: Set<String> = []
        for position in stride(from: 25, through: events.count, by: 25) {
            try models.read(asOf: LogPosition(UInt64(position))) { snapshot throws in
                for id in ["sess_a", "sess_b", "sess_c"].compactMap({ Session.ID($0) }) {
                    let epochs = try snapshot.epochRecords(of: id, allAttempts: true).count
                    if try snapshot.epochRecords(of: id).count < epochs { kinds.insert("epochs") }
                    let checkpoints = try snapshot.checkpoints(of: id, includesSuperseded: true)
                    if checkpoints.contains(where: { $0.isSuperseded && !$0.document.replaced }) {
                        kinds.insert("checkpoints")
                    }
                    let artifacts = try snapshot.artifacts(of: id, includesSuperseded: true)
                    if artifacts.contains(where: \.isSuperseded) { kinds.insert("artifacts") }
                }
            }
        }
        return kinds
    }

    /// The types of the golden payloads, of which there is one for every kind of event.
    private static func everyType() throws -> Set<String> {
        let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        let names = try FileManager.default.contentsOfDirectory(
            atPath: tests.appendingPathComponent("TrackingTests/Golden").path)
        return Set(names.filter { $0.hasSuffix(".v1.bin") }.map { String($0.dropLast(".v1.bin".count)) })
    }

    /// Everything that documents hold and answer.
    private struct State {
        var rows: Rows
        var digest: Digest
        var text: String
    }

    private static func expectSame(
        _ state: State, _ expected: State, sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        #expect(state.rows.differences(from: expected.rows) == [], sourceLocation: sourceLocation)
        #expect(state.digest == expected.digest, sourceLocation: sourceLocation)
        #expect(state.text == expected.text, sourceLocation: sourceLocation)
    }

    /// What the documents in `folder` hold, which nobody has open.
    private static func state(in folder: TemporaryDirectory) throws -> State {
        let (digest, text) = try {
            let models = try ReadModels(folder: folder.path)
            return (try models.digest(), try Everything.text(of: models))
        }()
        return State(rows: try Rows(in: folder.path), digest: digest, text: text)
    }

    /// What documents hold into which `events` were folded in batches.
    private static func folded(_ events: [RecordedEvent], cutAt cuts: [Int] = []) throws -> State {
        try state(in: fold(events, cutAt: cuts))
    }

    /// A folder of closed documents into which `events` were folded in batches.
    private static func fold(_ events: [RecordedEvent], cutAt cuts: [Int] = []) throws -> TemporaryDirectory {
        let folder = try TemporaryDirectory(isInMemory: true)
        let models = try ReadModels(folder: folder.path)
        var start = 0
        for end in cuts + [events.count] {
            try models.apply(Array(events[start..<end]))
            start = end
        }
        return folder
    }

    /// Calls `body` with documents in `folder` that follow `log`, and returns when they have stopped.
    private static func following(
        _ log: InMemoryEventStore, in folder: TemporaryDirectory, _ body: (ReadModels) async throws -> Void
    ) async throws {
        let models = try ReadModels(folder: folder.path)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await models.follow(log) }
            defer { group.cancelAll() }
            try await body(models)
        }
    }

    /// Tells the folder of the complete rows from one that takes its place; nil while there is none.
    private static func fileNumber(in folder: TemporaryDirectory) throws -> Int? {
        let version = try FileManager.default.contentsOfDirectory(atPath: folder.path)
            .first { !$0.hasSuffix("building") && !$0.hasSuffix("old") }
        guard let version else { return nil }
        let path = folder.path + "/" + version
        return try FileManager.default.attributesOfItem(atPath: path)[.systemFileNumber] as? Int
    }
}

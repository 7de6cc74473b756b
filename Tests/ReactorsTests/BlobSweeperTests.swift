import Application
import Blobs
import EventLog
import NIOCore
import Reactors
import SwiftProtobuf
import Synchronization
import Testing
import TrackerTesting
import Tracking

@Suite("Blob sweeper")
struct BlobSweeperTests {
    /// Stores bytes that nothing refers to yet.
    private func put(_ text: String, _ test: TestTracker) async throws -> Digest {
        let stored = try await test.blobs.put(ByteBuffer(string: text))
        await test.blobs.release(stored.pin)
        return stored.digest
    }

    @Test("what nothing refers to goes after a day, and what the log names stays for ever")
    func sweeps() async throws {
        try await TestTracker.run { test in
            let (session, token) = try await test.running()
            try await test.complete(1, of: session, token)
            try await test.save("checkpoint", epoch: 1, of: session, token)
            let artifact = try await test.blobs.put(ByteBuffer(string: "artifact"))
            _ = try await test.tracker.artifacts.save(
                .with { $0.path = "a" }, artifact, in: session, as: TestTracker.command("artifact"))
            await test.blobs.release(artifact.pin)
            let difference = try await put("uncommitted changes", test)
            _ = try await test.tracker.attempts.recordProvenance(
                session, attempt: 1,
                [
                    .with {
                        $0.name = "git_diff_digest"
                        $0.text = difference.description
                    }
                ], as: TestTracker.command("facts"))
            let lost = try await put("nobody's", test)
            let sweeper = BlobSweeper(test.core, logger: .silent)

            test.clock.advance(by: .seconds(24 * 3600 - 1))
            try await sweeper.tick()
            #expect(try await test.blobs.all().count == 4)
            test.clock.advance(by: .seconds(1))
            try await sweeper.tick()
            #expect(try await test.blobs.all().count == 3)
            #expect(try await test.blobs.information(about: lost) == nil)
            test.clock.advance(by: .seconds(365 * 24 * 3600))
            try await sweeper.tick()
            #expect(try await test.blobs.all().count == 3)
        }
    }

    @Test("a deleted checkpoint's bytes go, unless something else names them")
    func deleted() async throws {
        try await TestTracker.run { test in
            let (session, token) = try await test.running()
            try await test.complete(1, of: session, token)
            let first = try await test.save("shared", epoch: 1, of: session, token).value.entry.document
            let second = try await test.save("shared", epoch: 1, of: session, nil, as: "upload").value.entry.document
            #expect(first.digest == second.digest)
            let sweeper = BlobSweeper(test.core, logger: .silent)
            test.clock.advance(by: .seconds(48 * 3600))
            _ = try await test.tracker.checkpoints.delete(
                first.checkpointID, reason: "surplus", as: TestTracker.command("first"))
            try await sweeper.tick()
            #expect(try await test.blobs.all().count == 1)
            _ = try await test.tracker.checkpoints.delete(
                second.checkpointID, reason: "surplus", as: TestTracker.command("second"))
            try await sweeper.tick()
            #expect(try await test.blobs.all().isEmpty)
        }
    }

    @Test("an upload under way is not swept, however long it takes")
    func pinned() async throws {
        try await TestTracker.run { test in
            let stored = try await test.blobs.put(ByteBuffer(string: "slow"))
            let sweeper = BlobSweeper(test.core, logger: .silent)
            test.clock.advance(by: .seconds(48 * 3600))
            try await sweeper.tick()
            #expect(try await test.blobs.all() == [stored.digest])
            await test.blobs.release(stored.pin)
            try await sweeper.tick()
            #expect(try await test.blobs.all().isEmpty)
        }
    }

    @Test("while room is short, what is deleted goes after a minute instead of a day")
    func shortage() async throws {
        try await TestTracker.run { test in
            let (session, token) = try await test.running()
            try await test.complete(1, of: session, token)
            let saved = try await test.save("weights", epoch: 1, of: session, token).value.entry.document
            let sweeper = ShortageSweeper(test.core, logger: .silent)
            try await sweeper.tick()
            _ = try await test.tracker.checkpoints.delete(
                saved.checkpointID, reason: "surplus", as: TestTracker.command("delete"))
            test.clock.advance(by: .seconds(61))
            try await sweeper.tick()
            #expect(try await test.blobs.all().count == 1)
            test.disk.byteCount = EventLogBounds().headroomByteCount - 1
            try await sweeper.tick()
            #expect(try await test.blobs.all().isEmpty)
        }
    }

    // MARK: - What happens while a sweep goes on

    @Test("bytes that are put again and named while the log is read stay")
    func putMeanwhile() async throws {
        try await TestTracker.run { test in
            let (session, token) = try await test.running()
            try await test.complete(1, of: session, token)
            let digest = try await put("again", test)
            test.clock.advance(by: .seconds(48 * 3600))
            let isFirst = Atomic(true)
            let sweeper = BlobSweeper(test.core, logger: .silent, documentCount: 1) {
                guard isFirst.exchange(false, ordering: .relaxed) else { return }
                test.clock.advance(by: .seconds(1))
                _ = try await test.save("again", epoch: 1, of: session, nil, as: "upload")
            }
            try await sweeper.tick()
            #expect(try await test.blobs.all() == [digest])
        }
    }

    @Test("an upload that began long before stays when it is named and let go of while the log is read")
    func namedMeanwhile() async throws {
        try await TestTracker.run { test in
            let (session, _) = try await test.running()
            let stored = try await test.blobs.put(ByteBuffer(string: "slow"))
            test.clock.advance(by: .seconds(48 * 3600))
            let isFirst = Atomic(true)
            let sweeper = BlobSweeper(test.core, logger: .silent, documentCount: 1) {
                guard isFirst.exchange(false, ordering: .relaxed) else { return }
                _ = try await test.tracker.artifacts.save(
                    .with { $0.path = "a" }, stored, in: session, as: TestTracker.command("artifact"))
                await test.blobs.release(stored.pin)
            }
            try await sweeper.tick()
            #expect(try await test.blobs.all() == [stored.digest])
        }
    }

    @Test(
        "a checkpoint that another session takes over and that is deleted while the log is read stays",
        arguments: 0..<6)
    func takenOverMeanwhile(readCount: Int) async throws {
        try await TestTracker.run { test in
            let (session, token) = try await test.running()
            try await test.complete(1, of: session, token)
            let saved = try await test.save("parent", epoch: 1, of: session, token).value.entry.document
            let digest = try #require(Digest(saved.digest))
            test.clock.advance(by: .seconds(48 * 3600))
            let reads = Atomic(0)
            let sweeper = BlobSweeper(test.core, logger: .silent, documentCount: 1) {
                guard reads.wrappingAdd(1, ordering: .relaxed).oldValue == readCount else { return }
                let created = SessionCreated.with {
                    $0.name = "child"
                    $0.trainerKind = TrainerKind.external.rawValue
                    $0.plannedEpochs = 3
                    $0.parentCheckpoint = .with {
                        $0.checkpointID = saved.checkpointID
                        $0.sessionID = session.text
                        $0.digest = saved.digest
                    }
                }
                let child = Session.ID(createdBy: CommandID("child")!)
                _ = try await test.core.sessions.handle(
                    .create(created), on: child.stream, as: TestTracker.command("child"))
                _ = try await test.tracker.checkpoints.delete(
                    saved.checkpointID, reason: "surplus", as: TestTracker.command("delete"))
            }
            try await sweeper.tick()
            #expect(try await test.blobs.all() == [digest])
            try await sweeper.tick()
            #expect(try await test.blobs.all() == [digest])
        }
    }

    @Test("the result does not depend on how many documents a read looks at", arguments: [1, 2, 3, 1000])
    func readSizes(documentCount: Int) async throws {
        try await TestTracker.run { test in
            var named: [Digest] = []
            for number in 0..<5 {
                let (session, token) = try await test.running("session \(number)")
                try await test.complete(1, of: session, token)
                let saved = try await test.save("checkpoint \(number)", epoch: 1, of: session, token)
                named.append(try #require(Digest(saved.value.entry.document.digest)))
                for version in 0..<3 {
                    let artifact = try await test.blobs.put(ByteBuffer(string: "artifact \(number) \(version)"))
                    _ = try await test.tracker.artifacts.save(
                        .with { $0.path = "a" }, artifact, in: session,
                        as: TestTracker.command("artifact \(number) \(version)"))
                    await test.blobs.release(artifact.pin)
                    named.append(artifact.digest)
                }
                _ = try await put("nobody's \(number)", test)
            }
            test.clock.advance(by: .seconds(48 * 3600))
            try await BlobSweeper(test.core, logger: .silent, documentCount: documentCount).tick()
            #expect(try await test.blobs.all() == named.sorted())
        }
    }
}

import Application
import Blobs
import NIOCore
import Reactors
import SwiftProtobuf
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
}

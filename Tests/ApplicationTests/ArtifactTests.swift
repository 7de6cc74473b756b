import Application
import Blobs
import EventLog
import NIOCore
import SwiftProtobuf
import Testing
import TrackerTesting
import Tracking

@Suite("Artifacts of a session")
struct ArtifactTests {
    private func save(
        _ text: String, at path: String, of session: Session.ID, _ test: TestTracker
    ) async throws -> (written: Written<ArtifactVersions>, isNew: Bool) {
        let stored = try await test.blobs.put(ByteBuffer(string: text))
        let saved = try await test.tracker.artifacts.save(
            .with { $0.path = path }, stored, in: session, as: TestTracker.command("save \(text) \(test.store.head)"))
        await test.blobs.release(stored.pin)
        return saved
    }

    @Test("other bytes are a new version beside the earlier ones, the same bytes again are nothing new")
    func versions() async throws {
        try await TestTracker.run { test in
            let session = try await test.create()
            let first = try await save("one", at: "a", of: session, test)
            #expect(first.isNew && first.written.value.artifact.document.version == 1)
            #expect(try await !save("one", at: "a", of: session, test).isNew)
            let second = try await save("two", at: "a", of: session, test)
            #expect(second.isNew && second.written.value.artifact.document.version == 2)
            #expect(second.written.value.earlier.map(\.version) == [1])
            let old = try await test.tracker.queries.artifact(
                "a", of: session, digest: Digest(hashing: Array("one".utf8)))
            #expect(old.value.version == 1)
        }
    }

    @Test("a deletion is answered with what was there, also again after another file took the place")
    func deletion() async throws {
        try await TestTracker.run { test in
            let session = try await test.create()
            _ = try await save("one", at: "a", of: session, test)
            let artifacts = test.tracker.artifacts
            let deleted = try await artifacts.delete("a", of: session, as: TestTracker.command("delete"))
            #expect(deleted.value.version == 1 && !deleted.value.deleted)
            await expectError(.artifactDeleted("a", by: deleted.position)) {
                _ = try await test.tracker.queries.artifact("a", of: session, digest: nil)
            }
            await expectRefusal(.unknownArtifact("a")) {
                _ = try await artifacts.delete("a", of: session, as: TestTracker.command("another"))
            }
            let head = test.store.head
            #expect(
                try await artifacts.delete("a", of: session, as: TestTracker.command("delete")).value == deleted.value)
            _ = try await save("two", at: "a", of: session, test)
            let again = try await artifacts.delete("a", of: session, as: TestTracker.command("delete"))
            #expect(again.value == deleted.value && again.position == head)
            #expect(try await test.tracker.queries.artifact("a", of: session, digest: nil).value.version == 2)
        }
    }

    @Test("who saves with a token saves for its attempt, who has none for no attempt")
    func admission() async throws {
        try await TestTracker.run { test in
            let (session, token) = try await test.running()
            #expect(try await test.tracker.artifacts.admit(session, token: token) == 1)
            #expect(try await test.tracker.artifacts.admit(session, token: nil) == 0)
            await expectError(.leaseInvalid(session)) {
                _ = try await test.tracker.artifacts.admit(session, token: "nonsense")
            }
            await expectError(.unknown(.session, "sess_none")) {
                _ = try await test.tracker.artifacts.admit(Session.ID("sess_none")!, token: nil)
            }
        }
    }
}

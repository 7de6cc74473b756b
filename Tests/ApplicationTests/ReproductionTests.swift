import Application
import EventLog
import SwiftProtobuf
import Testing
import TrackerTesting
import Tracking

@Suite("Reproducing a session")
struct ReproductionTests {
    /// A session that recorded two epochs of three and was then stopped.
    private func original(
        _ test: TestTracker, _ kind: TrainerKind = .synthetic, epochs: UInt32 = 2
    ) async throws -> (Session.ID, String) {
        let (session, token) = try await test.running("first", TestTracker.configuration(kind))
        if epochs > 0 { for epoch in 1...epochs { try await test.complete(epoch, of: session, token) } }
        return (session, token)
    }

    private func stop(_ test: TestTracker, _ session: Session.ID, _ token: String) async throws {
        try await test.finish(session, token, .stopped(step: 20, checkpoint: "", message: ""))
    }

    private func reproduce(
        _ test: TestTracker, _ original: Session.ID, _ draft: ReproductionDraft = ReproductionDraft()
    ) async throws -> Written<SessionView> {
        try await test.tracker.sessions.reproduce(original, draft, as: TestTracker.command("reproduce"))
    }

    @Test("a reproduction is queued at once, up to the last epoch that the original recorded")
    func queued() async throws {
        try await TestTracker.run { test in
            let (session, token) = try await original(test)
            try await stop(test, session, token)
            let written = try await reproduce(test, session)
            let document = written.value.document
            #expect(written.value.status == .queued && written.value.queuePosition == 1)
            #expect(document.name == "first (reproduction)" && document.tags == ["reproduction"])
            #expect(document.plannedEpochs == 2 && document.reproduction.throughEpoch == 2)
            #expect(document.reproduction.sessionID == session.text && document.parentSessionID == session.text)
            #expect(document.reproduction.tolerance == 0 && !document.reproduction.allowDifferences)
            let head = test.store.head
            let again = try await reproduce(test, session)
            #expect(again.value.document.sessionID == document.sessionID && test.store.head == head)
        }
    }

    @Test("a reproduction of a reproduction has one remark in its name, and the draft's name counts")
    func names() async throws {
        try await TestTracker.run { test in
            let (session, token) = try await original(test)
            try await stop(test, session, token)
            let id = Session.ID(try await reproduce(test, session).value.document.sessionID)!
            let claim = try await test.claim(id, "claim again")
            try await test.start(id, claim.token, as: "begin again")
            try await test.complete(1, of: id, claim.token)
            try await test.finish(id, claim.token, as: "finish again")
            let second = try await test.tracker.sessions.reproduce(
                id, ReproductionDraft(), as: TestTracker.command("reproduce again"))
            #expect(second.value.document.name == "first (reproduction)")
            #expect(second.value.document.tags == ["reproduction"])
            var draft = ReproductionDraft()
            draft.name = "mine"
            draft.tolerance = 0.5
            draft.allowsDifferences = true
            let named = try await test.tracker.sessions.reproduce(id, draft, as: TestTracker.command("named")).value
            #expect(named.document.name == "mine")
            #expect(named.document.reproduction.tolerance == 0.5 && named.document.reproduction.allowDifferences)
        }
    }

    @Test("what the server did not start cannot be started again")
    func external() async throws {
        try await TestTracker.run { test in
            let (session, token) = try await original(test, .external)
            try await test.finish(session, token)
            let head = test.store.head
            await expectError(
                .notReproducible("it was trained by a program that PIVOT did not start and cannot start again")
            ) { _ = try await reproduce(test, session) }
            #expect(test.store.head == head)
        }
    }

    @Test("a session that trains is not reproduced, nor one without an epoch, nor one that there is not")
    func tooEarly() async throws {
        try await TestTracker.run { test in
            let (session, token) = try await original(test, epochs: 0)
            await expectRefusal(
                .wrongStatus(
                    action: "be reproduced", status: .running, remedy: "wait until it has ended, or stop it first")
            ) { _ = try await reproduce(test, session) }
            try await stop(test, session, token)
            await expectError(
                .notReproducible("it has not recorded an epoch that a second training could be compared with")
            ) { _ = try await reproduce(test, session) }
            await expectError(.unknown(.session, "sess_none")) {
                _ = try await reproduce(test, Session.ID("sess_none")!)
            }
        }
    }

    @Test("a session whose first checkpoint was deleted cannot begin again where it began")
    func deletedParent() async throws {
        try await TestTracker.run { test in
            let (parent, token) = try await original(test)
            let saved = try await test.save("w", epoch: 2, of: parent, token).value.entry.document
            let session = try await test.create("child") { $0.checkpoint = saved.checkpointID }
            let claim = try await test.claim(session, "claim child")
            try await test.start(
                session, claim.token, epoch: 3, step: 21, checkpoint: saved.checkpointID, as: "begin child")
            try await test.complete(3, of: session, claim.token)
            try await test.finish(session, claim.token, as: "finish child")
            _ = try await test.tracker.checkpoints.delete(
                saved.checkpointID, reason: "surplus", as: TestTracker.command("delete"))
            await expectError(
                .notReproducible(
                    "it started from the checkpoint \(saved.checkpointID) of \(parent), which was deleted")
            ) { _ = try await reproduce(test, session) }
        }
    }

    @Test("a program is started again only where it may be, and its tolerance is not zero")
    func program() async throws {
        try await TestTracker.run(commands: ["/bin/true"]) { test in
            let (session, token) = try await original(test, .command)
            try await stop(test, session, token)
            var draft = ReproductionDraft()
            draft.requester = .elsewhere
            await expectError(.remoteCommand) { [draft] in _ = try await reproduce(test, session, draft) }
            let document = try await reproduce(test, session).value.document
            #expect(document.reproduction.tolerance == 1e-6)
        }
    }

    @Test("a program whose uncommitted changes were not kept cannot be brought back")
    func lostChanges() async throws {
        try await TestTracker.run(commands: ["/bin/true"]) { test in
            let (session, token) = try await original(test, .command)
            _ = try await test.tracker.attempts.recordProvenance(
                session, attempt: 1,
                [
                    .with {
                        $0.name = "git_diff_missing"
                        $0.text = "they have too many bytes"
                    }
                ], as: TestTracker.command("facts"))
            try await stop(test, session, token)
            await expectError(
                .notReproducible("its uncommitted changes were not kept, because they have too many bytes")
            ) { _ = try await reproduce(test, session) }
        }
    }
}

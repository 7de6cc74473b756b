import Application
import EventLog
import Foundation
import JSON
import ReadModels
import SwiftProtobuf
import TestSupport
import Testing
import TrackerTesting
import Tracking

@Suite("Creating a session")
struct CreationTests {
    @Test("a session is what its configuration says, with the draft's own words")
    func inline() async throws {
        try await TestTracker.run { test in
            let session = try await test.create("mine", TestTracker.configuration(epochs: 4)) {
                $0.experiment = "nodules"
                $0.tags = ["a"]
                $0.notes = "n"
                $0.overrides = ["train.seed": 7]
            }
            let document = try await test.view(session).document
            #expect(document.name == "mine" && document.experiment == "nodules")
            #expect(document.tags == ["a"] && document.notes == "n")
            #expect(document.trainerKind == "synthetic" && document.plannedEpochs == 4 && document.maxRestarts == 1)
            #expect(document.monitor == "val_loss" && !document.monitorMaximum)
            #expect(document.configurationValues.contains { $0.name == "train.seed" && $0.integer == 7 })
            let digest = Digest(hashing: Array(document.configuration.utf8)).description
            #expect(document.configurationDigest == digest)
        }
    }

    @Test("the answers to a create and a claim are what a read shows then, also while nobody follows the log")
    func answers() async throws {
        for follows in [true, false] {
            try await TestTracker.run(follows: follows) { test in
                var draft = SessionDraft(.inline(TestTracker.configuration(.external)))
                draft.name = "quick"
                draft.tags = ["a"]
                draft.params = [
                    .with {
                        $0.name = "lr"
                        $0.number = 0.5
                    }
                ]
                let created = try await test.tracker.sessions.create(draft, as: TestTracker.command("create"))
                let session = try #require(Session.ID(created.value.document.sessionID))
                var changes = SessionCommand.Changes()
                changes.name = "quicker"
                let renamed = try await test.tracker.sessions.update(
                    session, changes, as: TestTracker.command("rename"))
                let claimed = try await test.tracker.attempts.claim(
                    session, .with { $0.host = "node" }, as: TestTracker.command("claim"))
                for (view, position) in [
                    (created.value, created.position), (renamed.value, renamed.position),
                    (claimed.session, claimed.receipt.position),
                ] {
                    while !follows, test.core.readModels.position < position {
                        let next = try await test.store.events(
                            after: test.core.readModels.position, limit: ReadLimit(count: 1))
                        try test.core.readModels.apply(next.events)
                    }
                    let shown = try await test.tracker.queries.session(session, .after(position), asOf: position).value
                    #expect(view.document == shown.document && view.status == shown.status)
                    #expect(view.metrics == shown.metrics && view.queuePosition == shown.queuePosition)
                }
            }
        }
    }

    @Test("a file below the roots gives the session its name")
    func file() async throws {
        let folder = try TemporaryDirectory()
        try Data("trainer: {kind: synthetic}\ntrain: {epochs: 2}\n".utf8)
            .write(to: folder.url.appendingPathComponent("small.test.yaml"))
        try await TestTracker.run(configurations: [folder.path]) { test in
            let written = try await test.tracker.sessions.create(
                SessionDraft(.path("configs/small.test.yaml")), as: TestTracker.command("create"))
            #expect(written.value.document.name == "small")
            #expect(written.value.document.configurationPath == "configs/small.test.yaml")
            await #expect(
                throws: ConfigurationRoots.Failure.missing("configs/none.yaml", available: ["configs/small.test.yaml"])
            ) {
                _ = try await test.tracker.sessions.create(
                    SessionDraft(.path("configs/none.yaml")), as: TestTracker.command("another"))
            }
        }
    }

    @Test("a program must be one that may be started, and named by somebody who may do so")
    func programs() async throws {
        try await TestTracker.run(commands: ["/bin/false"]) { test in
            let head = test.store.head
            await expectError(.remoteCommand) {
                _ = try await test.create("remote", TestTracker.configuration(.command)) {
                    $0.requester = .elsewhere
                }
            }
            do {
                _ = try await test.create("other", TestTracker.configuration(.command))
                Issue.record("not refused")
            } catch TrackerError.invalid(let field, let reason) {
                #expect(field == "config.trainer.command" && reason.contains("/bin/true"))
            }
            #expect(test.store.head == head)
            let own = try await test.create("own", TestTracker.configuration(.command)) { $0.requester = .owner }
            #expect(try await test.tracker.core.state(of: own).allowedProgram == "/bin/true")
        }
        var settings = TrackerSettings()
        settings.allowsRemoteCommands = true
        try await TestTracker.run(settings: settings, commands: ["/bin/true"]) { test in
            _ = try await test.create("remote", TestTracker.configuration(.command)) { $0.requester = .elsewhere }
        }
    }

    @Test("a parent must be there, and be the one that the checkpoint belongs to")
    func parents() async throws {
        try await TestTracker.run { test in
            let (parent, token) = try await test.running("parent")
            let (other, _) = try await test.running("other")
            let id = try await test.save("w", epoch: 1, of: parent, token).value.entry.document.checkpointID
            await expectError(.unknown(.session, "sess_none")) {
                _ = try await test.create("a") { $0.parent = "sess_none" }
            }
            await expectError(.unknown(.session, "?")) { _ = try await test.create("b") { $0.parent = "?" } }
            await expectError(.unknown(.checkpoint, "ckpt_none")) {
                _ = try await test.create("c") { $0.checkpoint = "ckpt_none" }
            }
            await expectError(.invalid(field: "parent", reason: "is \(other), but \(id) belongs to \(parent)")) {
                _ = try await test.create("d") {
                    $0.parent = other.text
                    $0.checkpoint = id
                }
            }
            let child = try await test.create("e") { $0.parent = parent.text }
            #expect(try await test.view(child).document.parentSessionID == parent.text)
        }
    }

    @Test("a checkpoint that is gone on from fits the configuration's network, and was not deleted")
    func checkpoints() async throws {
        try await TestTracker.run { test in
            let (parent, token) = try await test.running("parent")
            try await test.complete(1, of: parent, token)
            let saved = try await test.save("w", epoch: 1, of: parent, token).value.entry.document
            let upload = try await test.save("u", epoch: 1, of: parent, nil).value.entry.document
            let id = saved.checkpointID
            await expectError(
                .invalid(
                    field: "checkpoint_id",
                    reason:
                        "names \(upload.checkpointID), which was uploaded as opaque bytes that no trainer can "
                        + "continue from")
            ) { _ = try await test.create("a") { $0.checkpoint = upload.checkpointID } }
            let child = try await test.create("b") { $0.checkpoint = id }
            let document = try await test.view(child).document
            #expect(document.parentSessionID == parent.text && document.parentCheckpoint.digest == saved.digest)
            #expect(document.currentEpoch == 1 && document.step == 10)
            _ = try await test.tracker.checkpoints.delete(id, reason: "surplus", as: TestTracker.command("delete"))
            await expectError(
                .invalid(
                    field: "checkpoint_id",
                    reason: "names \(id), which was deleted; choose another checkpoint of the session")
            ) { _ = try await test.create("c") { $0.checkpoint = id } }
        }
    }
}

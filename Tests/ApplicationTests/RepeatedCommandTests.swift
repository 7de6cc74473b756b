import Application
import EventLog
import JSON
import SwiftProtobuf
import Testing
import TrackerTesting
import Tracking

/// The same command with the same identity again: its answer again, and nothing in the log.
@Suite("Repeated commands")
struct RepeatedCommandTests {
    /// Calls `command` twice and expects that the second time changes nothing; both answers.
    private func twice<Answer>(
        _ test: TestTracker, sourceLocation: SourceLocation = #_sourceLocation, _ command: () async throws -> Answer
    ) async throws -> (Answer, Answer) {
        let first = try await command()
        let head = test.store.head
        let second = try await command()
        #expect(test.store.head == head, sourceLocation: sourceLocation)
        return (first, second)
    }

    @Test("create gives the same session, also when what it was created from has gone")
    func create() async throws {
        try await TestTracker.run { test in
            let (first, second) = try await twice(test) { try await test.create("a") }
            #expect(first == second)
            var draft = SessionDraft(.path("configs/gone.yaml"))
            draft.name = "a"
            let again = try await test.tracker.sessions.create(draft, as: TestTracker.command("create a"))
            #expect(again.value.document.sessionID == first.text)
        }
    }

    @Test("start, update, stop and archive do once what they do")
    func sessionCommands() async throws {
        try await TestTracker.run { test in
            let session = try await test.create()
            let sessions = test.tracker.sessions
            var changes = SessionCommand.Changes()
            changes.name = "second"
            let (started, again) = try await twice(test) {
                try await sessions.start(session, as: TestTracker.command("start"))
            }
            #expect(started.position == again.position)
            _ = try await twice(test) { [changes] in
                try await sessions.update(session, changes, as: TestTracker.command("update"))
            }
            let (stopped, stoppedAgain) = try await twice(test) {
                try await sessions.stop(session, wait: .zero, as: TestTracker.command("stop"))
            }
            #expect(stopped.hasStopped && stoppedAgain.hasStopped)
            _ = try await twice(test) { try await sessions.archive(session, as: TestTracker.command("archive")) }
            // A repeat is answered although the session would refuse it now.
            _ = try await sessions.start(session, as: TestTracker.command("start"))
            #expect(try await test.view(session).document.archived)
        }
    }

    @Test("a claim gives the same attempt and token to who knows its secret, also after the attempt has ended")
    func claim() async throws {
        try await TestTracker.run { test in
            let session = try await test.create()
            let (first, second) = try await twice(test) { try await test.claim(session) }
            #expect(first.token == second.token && second.claimed.attempt == 1)
            try await test.start(session, first.token)
            try await test.finish(session, first.token)
            let late = try await test.tracker.attempts.claim(
                session, AttemptClaimed(), secret: TestTracker.secret(), as: TestTracker.command("claim"))
            #expect(late.token == first.token && late.claimed.attempt == 1)
            #expect(late.receipt.leaseSeconds == nil)
        }
    }

    @Test("a claim's token is not given to others who know its key, nor is one of a claim without a secret given again")
    func claimByOthers() async throws {
        try await TestTracker.run { test in
            let own = try await test.create("own", TestTracker.configuration(.external))
            for (session, secret) in [(try await test.create(), TestTracker.secret()), (own, nil)] {
                func claim(_ secret: String?) async throws -> Attempts.Claim {
                    try await test.tracker.attempts.claim(
                        session, AttemptClaimed(), secret: secret, as: TestTracker.command("claim"))
                }
                if secret != nil { _ = try await test.claim(session) } else { _ = try await claim(nil) }
                let head = test.store.head
                for guess in [nil, "", "the secret of another"] {
                    await #expect(throws: TrackerError.claimRepeated(attempt: 1)) { _ = try await claim(guess) }
                }
                #expect(test.store.head == head)
            }
        }
    }

    @Test("a token that a claim of an earlier release got still holds, but is not given again")
    func earlierClaim() async throws {
        try await TestTracker.run { test in
            let session = try await test.create("own", TestTracker.configuration(.external))
            let token = "a token made from the key alone"
            _ = try await test.core.sessions.handle(
                .claimAttempt(.with { $0.tokenDigest = LeaseTokens.digest(of: token) }), on: session.stream,
                as: TestTracker.command("claim"))
            #expect(try await test.tracker.attempts.speaker(for: session, token: token).attempt == 1)
            for secret in [nil, TestTracker.secret()] {
                await #expect(throws: TrackerError.claimRepeated(attempt: 1)) {
                    _ = try await test.tracker.attempts.claim(
                        session, AttemptClaimed(), secret: secret, as: TestTracker.command("claim"))
                }
            }
        }
    }

    @Test("what a trainer says is recorded once, also when it comes again after the end")
    func trainer() async throws {
        try await TestTracker.run { test in
            let session = try await test.create()
            let token = try await test.claim(session).token
            _ = try await twice(test) { try await test.start(session, token) }
            _ = try await twice(test) { try await test.complete(1, of: session, token) }
            let (saved, again) = try await twice(test) { try await test.save("w", epoch: 1, of: session, token) }
            #expect(saved.value.entry == again.value.entry && saved.position == again.position)
            _ = try await twice(test) { try await test.finish(session, token) }
            let head = test.store.head
            try await test.complete(1, of: session, token)
            try await test.save("w", epoch: 1, of: session, token)
            #expect(test.store.head == head)
        }
    }

    @Test("telemetry, results and provenance are recorded once")
    func reports() async throws {
        try await TestTracker.run { test in
            let (session, token) = try await test.running()
            let speaker = try await test.tracker.attempts.speaker(for: session, token: token)
            let lines = TelemetryEvent.linesLogged(
                .with {
                    $0.attempt = 1
                    $0.lines = [.with { $0.text = "a" }]
                })
            let event = try lines.encoded()
            let (first, second) = try await twice(test) {
                try await test.tracker.telemetry.append(
                    [event], entryCount: 1, by: speaker, as: TestTracker.command("lines"))
            }
            #expect(first.accepted == 1 && second.accepted == 1 && first.position == second.position)
            _ = try await twice(test) {
                try await test.tracker.attempts.reportResult(
                    session, .with { $0.name = "dice" }, as: TestTracker.command("result"))
            }
            _ = try await twice(test) {
                try await test.tracker.attempts.recordProvenance(
                    session, attempt: 1, [.with { $0.name = "a" }], as: TestTracker.command("facts"))
            }
        }
    }

    @Test("a checkpoint is deleted once, and its deletion is answered again")
    func deletion() async throws {
        try await TestTracker.run { test in
            let (session, token) = try await test.running()
            let id = try await test.save("w", epoch: 1, of: session, token).value.entry.document.checkpointID
            let deleted = try await test.tracker.checkpoints.delete(
                id, reason: "surplus", as: TestTracker.command("delete"))
            #expect(deleted.value.deletedAt == test.clock.now)
            let head = test.store.head
            await expectError(.checkpointDeleted(id, by: deleted.position, reason: "surplus")) {
                _ = try await test.tracker.checkpoints.delete(id, reason: "surplus", as: TestTracker.command("another"))
            }
            #expect(test.store.head == head)
            let again = try await test.tracker.checkpoints.delete(
                id, reason: "surplus", as: TestTracker.command("delete"))
            #expect(again.value.deletedAt == deleted.value.deletedAt && again.position == deleted.position)
        }
    }

    @Test("an identity that was another command's is refused")
    func reused() async throws {
        try await TestTracker.run { test in
            let session = try await test.create("a")
            let first = AppendError.commandReused(first: LogPosition(1))
            await #expect(throws: first) {
                _ = try await test.tracker.sessions.create(
                    SessionDraft(.inline(TestTracker.configuration())),
                    as: TestTracker.command("create a", meaning: "something else"))
            }
            do {
                _ = try await test.tracker.sessions.start(
                    session, as: TestTracker.command("create a", meaning: "something else"))
                Issue.record("not refused")
            } catch let error as CommandError<SessionRefusal> {
                guard case .log(first) = error else {
                    Issue.record("failed: \(error)")
                    return
                }
            }
        }
    }
}

import Application
import Blobs
import EventLog
import NIOCore
import SwiftProtobuf
import Testing
import TrackerTesting
import Tracking

/// Who may speak for an attempt.
@Suite("Who speaks for an attempt")
struct SpeakerTests {
    @Test("no token, an unknown one and one of another session are refused")
    func tokens() async throws {
        try await TestTracker.run { test in
            let (session, _) = try await test.running("a")
            let (_, foreign) = try await test.running("b")
            await expectError(.leaseRequired) {
                _ = try await test.tracker.attempts.speaker(for: session, token: nil)
            }
            for token in ["", "nonsense", foreign] {
                await expectError(.leaseInvalid(session)) {
                    _ = try await test.tracker.attempts.speaker(for: session, token: token)
                }
            }
            let unknown = Session.ID("sess_none")!
            await expectError(.unknown(.session, "sess_none")) {
                _ = try await test.tracker.attempts.speaker(for: unknown, token: foreign)
            }
        }
    }

    @Test("a token speaks for its own attempt only")
    func otherAttempt() async throws {
        try await TestTracker.run { test in
            let (session, token) = try await test.running()
            #expect(try await test.tracker.attempts.speaker(for: session, token: token, claimed: 1).attempt == 1)
            await expectError(
                .invalid(field: "attempt_number", reason: "is 2, but the lease token is that of attempt 1")
            ) {
                _ = try await test.tracker.attempts.speaker(
                    for: session, token: token, claimed: 2, field: "attempt_number")
            }
        }
    }

    @Test("an attempt that was lost is told to end, whatever it says, and who trains now is named")
    func stale() async throws {
        try await TestTracker.run { test in
            let (session, token) = try await test.running()
            try await test.complete(1, of: session, token)
            _ = try await test.core.sessions.handle(
                .loseAttempt(number: 1, message: "gone"), on: session.stream, as: TestTracker.command("lost"))
            await expectRefusal(.staleAttempt(1, current: nil)) {
                try await test.complete(2, of: session, token, as: "while queued")
            }
            let claim = try await test.claim(session, "second")
            #expect(claim.claimed.attempt == 2 && claim.token != token)
            let refusal = SessionRefusal.staleAttempt(1, current: 2)
            await expectRefusal(refusal) { try await test.start(session, token, as: "late start") }
            await expectRefusal(refusal) { try await test.complete(2, of: session, token) }
            await expectRefusal(refusal) { try await test.save("w", epoch: 1, of: session, token) }
            await expectRefusal(refusal) { try await test.finish(session, token) }
            await expectRefusal(refusal) {
                _ = try await test.tracker.attempts.speaker(for: session, token: token, mustHold: true)
            }
            #expect(
                try await test.tracker.attempts.speaker(for: session, token: claim.token, mustHold: true).attempt == 2)
        }
    }

    @Test("epochs are reported in ascending order, once each")
    func epochOrder() async throws {
        try await TestTracker.run { test in
            let (session, token) = try await test.running()
            try await test.complete(2, of: session, token)
            await expectRefusal(.epochOutOfOrder(epoch: 2, last: 2)) {
                try await test.complete(2, of: session, token, as: "again")
            }
            await expectRefusal(.epochOutOfOrder(epoch: 1, last: 2)) {
                try await test.complete(1, of: session, token)
            }
            try await test.complete(3, of: session, token)
        }
    }

    @Test("a checkpoint of an attempt says its step, and an upload has no marks")
    func drafts() async throws {
        try await TestTracker.run { test in
            let (session, token) = try await test.running()
            let stored = try await test.blobs.put(ByteBuffer(string: "w"))
            var draft = Checkpoints.Draft(session: session, epoch: 1, fileName: "w")
            await expectError(.invalid(field: "step", reason: "is required with a lease")) { [draft] in
                _ = try await test.tracker.checkpoints.save(draft, stored, token: token) { TestTracker.command("a") }
            }
            draft.marks = [.last]
            await expectError(.invalid(field: "marks", reason: "can only be set by the trainer that holds the lease")) {
                [draft] in
                _ = try await test.tracker.checkpoints.save(draft, stored, token: nil) { TestTracker.command("b") }
            }
            draft.attempt = 7
            await expectError(.invalid(field: "attempt", reason: "is 7, but the lease token is that of attempt 1")) {
                [draft] in
                _ = try await test.tracker.checkpoints.save(draft, stored, token: token) { TestTracker.command("c") }
            }
        }
    }
}

import Application
import EventLog
import SwiftProtobuf
import Testing
import TrackerTesting
import Tracking

/// A session from its creation to its end, by the tracker's functions alone.
@Suite("A session's life")
struct TrainingLifeTests {
    @Test("a session is created, claimed, trained and completed, and is shown so after every step")
    func wholeLife() async throws {
        try await TestTracker.run { test in
            let session = try await test.create()
            #expect(try await test.view(session).status == .created)
            _ = try await test.tracker.sessions.start(session, as: TestTracker.command("start"))
            #expect(try await test.view(session).status == .queued)
            #expect(try await test.view(session).queuePosition == 1)

            let claim = try await test.claim(session)
            #expect(claim.claimed.attempt == 1 && claim.receipt.leaseSeconds == 30)
            #expect(claim.session.status == .running)
            try await test.start(session, claim.token)
            for epoch in 1...3 as ClosedRange<UInt32> {
                let receipt = try await test.complete(epoch, of: session, claim.token, loss: 1 / Double(epoch))
                #expect(receipt.accepted == 1 && receipt.attempt == 1)
                #expect(try await test.view(session).document.currentEpoch == epoch)
            }
            let saved = try await test.save("weights", epoch: 3, of: session, claim.token, loss: 0.3)
            #expect(saved.value.entry.isBest && saved.value.entry.isLast && saved.value.stopRequested == false)
            try await test.finish(session, claim.token)

            let view = try await test.view(session)
            #expect(view.status == .completed && view.fractionDone == 1 && view.step == 30)
            #expect(
                try await test.events(of: session) == [
                    "created", "start_requested", "attempt_claimed", "attempt_started", "epoch_completed",
                    "epoch_completed", "epoch_completed", "checkpoint_saved", "completed",
                ])
        }
    }

    @Test("a write is answered with the session as it is after it, and with the position of its last event")
    func readsItsWrites() async throws {
        try await TestTracker.run { test in
            let session = try await test.create()
            let started = try await test.tracker.sessions.start(session, as: TestTracker.command("start"))
            #expect(started.position == test.store.head)
            #expect(started.value.status == .queued)
            #expect(try await test.tracker.queries.session(session, .after(started.position)).value.status == .queued)
        }
    }

    @Test("progress is shown for the epoch under way of the attempt that trains, and ends with the epoch's record")
    func progress() async throws {
        try await TestTracker.run { test in
            let (session, token) = try await test.running()
            let speaker = try await test.tracker.attempts.speaker(for: session, token: token)
            let head = test.store.head
            _ = test.tracker.attempts.reportProgress(speaker, epoch: 1, step: 5, fraction: 0.5)
            #expect(test.store.head == head)
            var view = try await test.view(session)
            #expect(view.progress?.epochFraction == 0.5 && view.step == 5)
            #expect(view.fractionDone == 0.5 / 3)
            try await test.complete(1, of: session, token)
            view = try await test.view(session)
            #expect(view.progress == nil && view.step == 10)
            _ = test.tracker.attempts.reportProgress(speaker, epoch: 1, step: 7, fraction: 0.7)
            #expect(try await test.view(session).progress == nil)
        }
    }

    @Test("a trainer of its own claims what nobody started, also when it has stopped; one of ours may not")
    func unasked() async throws {
        try await TestTracker.run { test in
            let own = try await test.create("own", TestTracker.configuration(.external))
            let claim = try await test.tracker.attempts.claim(own, AttemptClaimed(), as: TestTracker.command("claim"))
            #expect(claim.claimed.attempt == 1)
            #expect(claim.claimed.leaseSeconds == 30, "the configured time")
            try await test.finish(own, claim.token, .failed(message: "broken"))
            let again = try await test.tracker.attempts.claim(own, AttemptClaimed(), as: TestTracker.command("again"))
            #expect(again.claimed.attempt == 2)

            let (ours, token) = try await test.running("ours")
            try await test.finish(ours, token, .failed(message: "broken"), as: "finish ours")
            await expectRefusal(.wrongStatus(action: "be claimed", status: .failed, remedy: "start it first")) {
                _ = try await test.tracker.attempts.claim(ours, AttemptClaimed(), as: TestTracker.command("late"))
            }
        }
    }

    @Test("further processes are known by their facts and hold no lease")
    func ranks() async throws {
        try await TestTracker.run { test in
            let (session, token) = try await test.running()
            let speaker = try await test.tracker.attempts.speaker(for: session, token: token)
            let count = test.core.leases.table.count
            let receipt = try await test.tracker.attempts.joinRank(
                speaker, 3, facts: [("host", "node3"), ("device", "")], as: TestTracker.command("rank"))
            #expect(receipt.attempt == 1)
            #expect(test.core.leases.table.count == count)
            let facts = try await test.view(session).document.provenance.map(\.fact)
            #expect(facts.map(\.name) == ["rank.3.host"] && facts.map(\.text) == ["node3"])
        }
    }

    @Test("what is told at the end is compared with what was recorded")
    func finalEpoch() async throws {
        try await TestTracker.run { test in
            let (session, token) = try await test.running()
            try await test.complete(1, of: session, token)
            let speaker = try await test.tracker.attempts.speaker(for: session, token: token)
            var identity = TestTracker.command("finish")
            identity.mayBeRepeat = false
            await expectError(.invalid(field: "epoch", reason: "is 2, but the last completed epoch is 1")) {
                [identity] in
                _ = try await test.tracker.attempts.finish(
                    speaker, .completed(finalMetrics: [], earlyStopReason: ""), epoch: 2, as: identity)
            }
            _ = try await test.tracker.attempts.finish(
                speaker, .completed(finalMetrics: [], earlyStopReason: ""), epoch: 1, as: identity)
            #expect(try await test.view(session).status == .completed)
        }
    }
}

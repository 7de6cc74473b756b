import Application
import EventLog
import SwiftProtobuf
import Testing
import TrackerTesting
import Tracking

/// Leases under the tracker's functions, with a clock that the test moves.
@Suite("Leases of attempts")
struct LeaseTests {
    @Test("a lease runs out after its time, and whatever its holder says begins it anew")
    func renewal() async throws {
        try await TestTracker.run { test in
            let session = try await test.create()
            let token = try await test.claim(session, seconds: 10).token
            let holder = LeaseTable.Holder(session: session, attempt: 1)
            test.clock.advance(by: .seconds(9))
            try await test.start(session, token)
            test.clock.advance(by: .seconds(9))
            try await test.complete(1, of: session, token)
            test.clock.advance(by: .seconds(9))
            let receipt = test.tracker.attempts.renew(
                try await test.tracker.attempts.speaker(for: session, token: token))
            #expect(receipt.leaseSeconds == 10 && receipt.position == test.store.head)
            test.clock.advance(by: .milliseconds(9999))
            #expect(test.core.leases.expired().isEmpty)
            test.clock.advance(by: .milliseconds(1))
            #expect(test.core.leases.expired() == [holder])
        }
    }

    @Test("a lease without a time of its own has the configured one")
    func configured() async throws {
        var settings = TrackerSettings()
        settings.leaseDuration = .seconds(5)
        try await TestTracker.run(settings: settings) { test in
            let session = try await test.create()
            #expect(try await test.claim(session, seconds: 0).receipt.leaseSeconds == 5)
            test.clock.advance(by: .seconds(5))
            #expect(test.core.leases.expired().count == 1)
        }
    }

    @Test("the end of an attempt takes its lease, and refused words of a stale one give none")
    func released() async throws {
        try await TestTracker.run { test in
            let (session, token) = try await test.running()
            try await test.finish(session, token, .failed(message: "broken"))
            #expect(test.core.leases.table.count == 0)
            let speaker = try await test.tracker.attempts.speaker(for: session, token: token)
            #expect(test.tracker.attempts.renew(speaker).leaseSeconds == nil)
            #expect(test.core.leases.table.count == 0)
        }
    }

    @Test("a session whose lease is held is not claimed, and is by another once the attempt was lost")
    func held() async throws {
        try await TestTracker.run { test in
            let (session, _) = try await test.running()
            await expectRefusal(.leaseHeld(attempt: 1)) {
                _ = try await test.tracker.attempts.claim(
                    session, AttemptClaimed(), as: TestTracker.command("another"))
            }
            _ = try await test.core.sessions.handle(
                .loseAttempt(number: 1, message: "gone"), on: session.stream, as: TestTracker.command("lost"))
            #expect(try await test.claim(session, "another").claimed.attempt == 2)
        }
    }

    @Test("tokens follow from both secrets and the command, and only their digests are stored")
    func tokens() async throws {
        let tokens = LeaseTokens(secret: Array(repeating: 1, count: 32))
        let other = LeaseTokens(secret: Array(repeating: 2, count: 32))
        let session = Session.ID("sess_a")!
        let token = tokens.token(for: session, claimedBy: CommandID("c")!, claimSecret: "s")
        #expect(token == tokens.token(for: session, claimedBy: CommandID("c")!, claimSecret: "s"))
        #expect(token != tokens.token(for: session, claimedBy: CommandID("d")!, claimSecret: "s"))
        #expect(token != tokens.token(for: Session.ID("sess_b")!, claimedBy: CommandID("c")!, claimSecret: "s"))
        #expect(token != other.token(for: session, claimedBy: CommandID("c")!, claimSecret: "s"))
        #expect(token != tokens.token(for: session, claimedBy: CommandID("c")!, claimSecret: "t"))
        let without = (0..<2).map { _ in
            tokens.token(for: session, claimedBy: CommandID("c")!, claimSecret: nil)
        }
        #expect(without[0] != without[1] && !without.contains(token))
        try await TestTracker.run { test in
            let session = try await test.create()
            let token = try await test.claim(session).token
            for event in try await test.store.allEvents(in: session.stream) {
                #expect(!String(decoding: event.payload, as: UTF8.self).contains(token))
            }
        }
    }

    @Test("the board tells its observer of every report, with rising numbers, and forgets who has ended")
    func board() {
        let board = ProgressBoard()
        let session = Session.ID("sess_a")!
        func progress(_ fraction: Double) -> SessionProgress {
            SessionProgress(attempt: 1, epoch: 1, epochFraction: fraction, step: 1, time: 0)
        }
        let (reports, continuation) = AsyncStream<ProgressBoard.Entry>.makeStream()
        board.setObserver { continuation.yield($1) }
        board.set(progress(0.25), of: session)
        board.set(progress(0.5), of: session)
        continuation.finish()
        #expect(board[session]?.epochFraction == 0.5)
        board.remove(session)
        #expect(board[session] == nil)
        _ = reports
    }
}

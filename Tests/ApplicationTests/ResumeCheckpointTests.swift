import Application
import EventLog
import SwiftProtobuf
import Testing
import TrackerTesting
import Tracking

/// Where the next attempt goes on.
@Suite("The checkpoint to go on from")
struct ResumeCheckpointTests {
    private func lose(_ attempt: UInt32, of session: Session.ID, _ test: TestTracker) async throws {
        _ = try await test.core.sessions.handle(
            .loseAttempt(number: attempt, message: "gone"), on: session.stream,
            as: TestTracker.command("lost \(attempt)"))
    }

    private func save(
        _ text: String, _ epoch: UInt32, of session: Session.ID, _ token: String?, _ test: TestTracker
    ) async throws -> String {
        try await test.save(text, epoch: epoch, of: session, token).value.entry.document.checkpointID
    }

    @Test("it is the last that an attempt saved, uploads aside; before the first there is none")
    func last() async throws {
        try await TestTracker.run { test in
            let (session, token) = try await test.running()
            #expect(try await test.view(session).resumeCheckpointID == nil)
            try await test.complete(1, of: session, token)
            let first = try await save("w1", 1, of: session, token, test)
            _ = try await save("upload", 9, of: session, nil, test)
            #expect(try await test.view(session).resumeCheckpointID == first)
            try await test.complete(2, of: session, token)
            let second = try await save("w2", 2, of: session, token, test)
            #expect(try await test.view(session).resumeCheckpointID == second)
            _ = try await test.tracker.checkpoints.delete(second, reason: "surplus", as: TestTracker.command("delete"))
            #expect(try await test.view(session).resumeCheckpointID == first)
        }
    }

    @Test("a claim is told the one that its session goes on from")
    func claimed() async throws {
        try await TestTracker.run { test in
            let (session, token) = try await test.running()
            try await test.complete(1, of: session, token)
            let checkpoint = try await save("w1", 1, of: session, token, test)
            try await lose(1, of: session, test)
            #expect(try await test.claim(session, "second").session.resumeCheckpointID == checkpoint)
        }
    }

    @Test("an attempt that goes on before it leaves it behind")
    func rewound() async throws {
        try await TestTracker.run { test in
            let (session, token) = try await test.running()
            try await test.complete(1, of: session, token)
            let first = try await save("w1", 1, of: session, token, test)
            try await test.complete(2, of: session, token)
            _ = try await save("w2", 2, of: session, token, test)
            try await lose(1, of: session, test)
            let claim = try await test.claim(session, "second")
            try await test.start(session, claim.token, epoch: 2, step: 11, checkpoint: first, as: "second begins")
            #expect(try await test.view(session).resumeCheckpointID == first)
        }
    }

    @Test("an attempt that began anew leaves none, and is not told of what it has done away with")
    func anew() async throws {
        try await TestTracker.run { test in
            let (session, token) = try await test.running()
            try await test.complete(1, of: session, token)
            let checkpoint = try await save("w1", 1, of: session, token, test)
            try await lose(1, of: session, test)
            let second = try await test.claim(session, "second").token
            try await test.start(session, second, as: "second begins anew")
            let view = try await test.view(session)
            #expect(view.resumeCheckpointID == nil && view.document.bestCheckpointID == "")
            let entry = try await test.tracker.queries.checkpoint(checkpoint).value
            #expect(entry.isSuperseded && !entry.isBest && !entry.isLast)
        }
    }

    @Test("a session that continues a checkpoint begins with it until it has one of its own")
    func parent() async throws {
        try await TestTracker.run { test in
            let (parent, token) = try await test.running("parent")
            try await test.complete(1, of: parent, token)
            let checkpoint = try await save("w1", 1, of: parent, token, test)
            let child = try await test.create("child") { $0.checkpoint = checkpoint }
            #expect(try await test.view(child).resumeCheckpointID == checkpoint)
            let childToken = try await test.claim(child, "claim child").token
            try await test.start(child, childToken, epoch: 2, step: 11, checkpoint: checkpoint, as: "child begins")
            #expect(try await test.view(child).resumeCheckpointID == checkpoint)
            try await test.complete(2, of: child, childToken, as: "child's epoch")
            let own = try await save("w2", 2, of: child, childToken, test)
            #expect(try await test.view(child).resumeCheckpointID == own)
        }
    }
}

import Application
import EventLog
import SwiftProtobuf
import Testing
import TrackerTesting
import Tracking

@Suite("Stopping and archiving")
struct StopTests {
    @Test("what does not train stops at once", arguments: [true, false])
    func waiting(isQueued: Bool) async throws {
        try await TestTracker.run { test in
            let session = try await test.create()
            if isQueued { _ = try await test.tracker.sessions.start(session, as: TestTracker.command("start")) }
            let (written, hasStopped) = try await test.tracker.sessions.stop(
                session, wait: .seconds(600), as: TestTracker.command("stop"))
            #expect(hasStopped && written.value.status == .stopped)
        }
    }

    @Test("a stop waits until the trainer says that it has ended, and shows the session as it is then")
    func waits() async throws {
        try await TestTracker.run { test in
            let (session, token) = try await test.running()
            async let stop = test.tracker.sessions.stop(
                session, wait: .seconds(600), as: TestTracker.command("stop"))
            // The trainer is told by the answer to what it reports.
            var epoch: UInt32 = 1
            while try await !test.complete(epoch, of: session, token).state.isStopRequested { epoch += 1 }
            let saved = try await test.save("w", epoch: epoch, of: session, token)
            #expect(saved.value.stopRequested == true)
            try await test.finish(
                session, token,
                .stopped(
                    step: UInt64(epoch) * 10, checkpoint: saved.value.entry.document.checkpointID, message: "asked"))
            let (written, hasStopped) = try await stop
            #expect(hasStopped && written.value.status == .stopped)
            #expect(written.value.document.message == "asked")
        }
    }

    @Test("a stop that waits no longer tells that the session is still stopping")
    func waitsNoLonger() async throws {
        try await TestTracker.run { test in
            let (session, _) = try await test.running()
            let (written, hasStopped) = try await test.tracker.sessions.stop(
                session, wait: .zero, as: TestTracker.command("stop"))
            #expect(!hasStopped && written.value.status == .stopping)
        }
    }

    @Test("without a time in the request the configured one holds")
    func configuredWait() async throws {
        var settings = TrackerSettings()
        settings.stopWait = .zero
        try await TestTracker.run(settings: settings) { test in
            let (session, _) = try await test.running()
            let (_, hasStopped) = try await test.tracker.sessions.stop(
                session, wait: nil, as: TestTracker.command("stop"))
            #expect(!hasStopped)
        }
    }

    @Test("an archived session refuses everything but what comes late")
    func archived() async throws {
        try await TestTracker.run { test in
            let (session, token) = try await test.running()
            try await test.complete(1, of: session, token)
            let checkpoint = try await test.save("w", epoch: 1, of: session, token).value.entry.document.checkpointID
            await expectRefusal(
                .wrongStatus(action: "be archived", status: .running, remedy: "stop it first")
            ) {
                _ = try await test.tracker.sessions.archive(session, as: TestTracker.command("too early"))
            }
            try await test.finish(session, token, .failed(message: "broken"))
            let written = try await test.tracker.sessions.archive(session, as: TestTracker.command("archive"))
            #expect(written.value.document.archived)

            let sessions = test.tracker.sessions
            var changes = SessionCommand.Changes()
            changes.notes = "n"
            await expectRefusal(.archived) {
                [changes] in _ = try await sessions.update(session, changes, as: TestTracker.command("update"))
            }
            await expectRefusal(.archived) { _ = try await sessions.start(session, as: TestTracker.command("start")) }
            await expectRefusal(.archived) {
                _ = try await sessions.stop(session, wait: .zero, as: TestTracker.command("stop"))
            }
            await expectRefusal(.archived) { try await test.tracker.checkpoints.admit(session, token: nil) }
            await expectRefusal(.archived) { _ = try await test.tracker.artifacts.admit(session, token: token) }
            await expectRefusal(.archived) { try await test.save("v", epoch: 1, of: session, nil) }
            // Archiving twice is not an error, figures come late, and a checkpoint need not be kept for ever.
            _ = try await test.tracker.checkpoints.delete(
                checkpoint, reason: "surplus", as: TestTracker.command("delete"))
            _ = try await sessions.archive(session, as: TestTracker.command("archive again"))
            _ = try await test.tracker.attempts.reportResult(
                session, .with { $0.name = "dice" }, as: TestTracker.command("result"))
            #expect(try await test.view(session).document.results.map(\.name) == ["dice"])
        }
    }
}

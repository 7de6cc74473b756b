import Application
import EventLog
import Reactors
import ReadModels
import SwiftProtobuf
import Testing
import TrackerTesting
import Tracking

/// Retention rules on stores in memory and a clock that the test moves.
@Suite("Retention worker")
struct RetentionWorkerTests {
    private static let day = Duration.seconds(86_400)

    /// A completed session that logged one line, and saved a checkpoint of each loss.
    private func completed(_ name: String, losses: [Double] = [], _ test: TestTracker) async throws -> Session.ID {
        let (session, token) = try await test.running(
            name, TestTracker.configuration(epochs: max(1, losses.count)))
        let speaker = try await test.tracker.attempts.speaker(for: session, token: token)
        let events: [TelemetryEvent] = [
            .linesLogged(.with { $0.lines = [.with { $0.text = "a secret of \(name)" }] }),
            .hostReadingsTaken(.with { $0.readings = [.with { ($0.name, $0.value) = ("cpu.percent", 5) }] }),
        ]
        _ = try await test.tracker.telemetry.append(
            try events.map { try $0.encoded() }, entryCount: 2, by: speaker, as: TestTracker.command("log " + name))
        for (index, loss) in losses.enumerated() {
            let epoch = UInt32(index + 1)
            try await test.complete(epoch, of: session, token, loss: loss, as: "\(name) \(epoch)")
            try await test.save("\(name) \(epoch)", epoch: epoch, of: session, token, loss: loss)
        }
        try await test.finish(session, token, as: "finish " + name)
        return session
    }

    private func archive(_ session: Session.ID, _ test: TestTracker) async throws {
        _ = try await test.tracker.sessions.archive(session, as: TestTracker.command("archive \(session)"))
    }

    private func rule(_ text: String) throws -> RetentionRule.Name { try #require(RetentionRule.Name(text)) }

    private func set(
        _ name: String, _ test: TestTracker, _ settings: (inout RetentionRuleSettings) -> Void
    ) async throws {
        var wanted = RetentionRuleSettings()
        settings(&wanted)
        _ = try await test.tracker.retention.set(
            try rule(name), to: wanted, as: TestTracker.command("set \(name) \(test.store.head)"))
    }

    /// The texts of the session's lines.
    private func texts(_ session: Session.ID, _ test: TestTracker) async throws -> [String] {
        try await test.store.allEvents(in: session.telemetry).flatMap { record in
            guard case .linesLogged(let logged) = try TelemetryEvent(record) else { return [String]() }
            return logged.lines.map(\.text)
        }
    }

    private func checkpoints(_ session: Session.ID, _ test: TestTracker) async throws -> [UInt32] {
        let entries = try await test.core.readWithoutLimit { try $0.checkpoints(of: session) }
        return entries.map(\.document.epoch)
    }

    @Test("the telemetry of sessions that were archived long enough ago goes, and all else stays")
    func telemetry() async throws {
        try await TestTracker.run { test in
            let (old, young, never) = (
                try await completed("old", test), try await completed("young", test),
                try await completed("never", test)
            )
            try await set("telemetry", test) {
                ($0.status, $0.afterDays, $0.redact) = ("archived", 90, ["logs", "host_readings"])
            }
            try await archive(old, test)
            test.clock.advance(by: Self.day * 60)
            try await archive(young, test)
            let worker = RetentionWorker(test.tracker, logger: .silent)
            try await worker.tick()
            #expect(try await texts(old, test) == ["a secret of old"])

            test.clock.advance(by: Self.day * 30)
            let planned = try await test.tracker.retention.preview().value
            #expect(planned.items.map(\.session) == [old] && planned.items.map(\.redacted.recordCount) == [2])
            try await worker.tick()
            #expect(try await texts(old, test) == [""])
            #expect(try await texts(young, test) == ["a secret of young"])
            #expect(try await texts(never, test) == ["a secret of never"])
            let last = try #require(try await test.store.event(at: test.store.head))
            #expect(last.type == "session.redacted" && last.actor == "retention:telemetry")
            #expect(test.core.retentionStatus.counts.records == 2)

            // Nothing is left to do, now and by a server that was started anew.
            let head = test.store.head
            test.clock.advance(by: .seconds(3600))
            try await worker.tick()
            try await RetentionWorker(test.tracker, logger: .silent).tick()
            #expect(test.store.head == head)
        }
    }

    @Test("the best checkpoints stay, and so do those that are in use")
    func best() async throws {
        try await TestTracker.run { test in
            let session = try await completed("s", losses: [0.5, 0.4, 0.9, 0.1, 0.6, 0.7], test)
            let entries = try await test.core.readWithoutLimit { try $0.checkpoints(of: session) }
            let model = try #require(Model.Name("detector"))
            _ = try await test.tracker.models.set(
                try #require(Model.Alias("production")), of: model, to: entries[2].document.checkpointID,
                ModelDecider.Remark(reason: "used"), expecting: .anything, as: TestTracker.command("alias"))
            _ = try await test.create("continues", TestTracker.configuration(epochs: 9)) {
                $0.checkpoint = entries[4].document.checkpointID
            }
            try await archive(session, test)
            try await set("best-2", test) { ($0.status, $0.afterDays, $0.keepBestCheckpoints) = ("ended", 30, 2) }
            let worker = RetentionWorker(test.tracker, logger: .silent)
            test.clock.advance(by: Self.day * 29)
            try await worker.tick()
            #expect(try await checkpoints(session, test) == [1, 2, 3, 4, 5, 6])
            test.clock.advance(by: Self.day)
            try await worker.tick()
            #expect(try await checkpoints(session, test) == [2, 3, 4, 5])
            #expect(try await texts(session, test) == ["a secret of s"])

            // What is not in use any more goes the next time.
            _ = try await test.tracker.models.remove(
                try #require(Model.Alias("production")), of: model, ModelDecider.Remark(reason: "over"),
                expecting: .anything, as: TestTracker.command("no alias"))
            test.clock.advance(by: .seconds(3600))
            try await worker.tick()
            #expect(try await checkpoints(session, test) == [2, 4, 5])
            let head = test.store.head
            test.clock.advance(by: .seconds(3600))
            try await worker.tick()
            #expect(test.store.head == head)
        }
    }

    @Test("the filter says which sessions a rule is about")
    func filter() async throws {
        try await TestTracker.run { test in
            let (first, second) = (try await completed("first", test), try await completed("second", test))
            try await set("logs", test) {
                ($0.status, $0.redact, $0.filter) = ("ended", ["logs"], "name = second")
            }
            _ = try await test.tracker.retention.run()
            #expect(try await texts(first, test) == ["a secret of first"])
            #expect(try await texts(second, test) == [""])
        }
    }

    @Test("a rule that was deleted does nothing, and without rules nothing is done")
    func deleted() async throws {
        try await TestTracker.run { test in
            let session = try await completed("s", test)
            try await set("logs", test) { ($0.status, $0.redact) = ("ended", ["logs"]) }
            _ = try await test.tracker.retention.delete(try rule("logs"), as: TestTracker.command("delete"))
            let head = test.store.head
            try await RetentionWorker(test.tracker, logger: .silent).tick()
            #expect(test.store.head == head)
            #expect(try await texts(session, test) == ["a secret of s"])
        }
    }

    @Test("the rules are applied once an hour")
    func hourly() async throws {
        try await TestTracker.run { test in
            try await set("logs", test) { ($0.status, $0.redact) = ("ended", ["logs"]) }
            let worker = RetentionWorker(test.tracker, logger: .silent)
            try await worker.tick()
            let session = try await completed("s", test)
            test.clock.advance(by: .seconds(3599))
            try await worker.tick()
            #expect(try await texts(session, test) == ["a secret of s"])
            test.clock.advance(by: .seconds(1))
            try await worker.tick()
            #expect(try await texts(session, test) == [""])
        }
    }

    @Test("what fails stops the rules, is told, and is gone on with without repeating anything")
    func failure() async throws {
        try await TestTracker.run { test in
            var sessions: [Session.ID] = []
            for name in ["first", "second", "third"] { sessions.append(try await completed(name, test)) }
            try await set("logs", test) { ($0.status, $0.redact) = ("ended", ["logs"]) }
            let first = try await test.tracker.retention.run(limit: 1).value
            #expect(first.items.map(\.session) == [sessions[0]] && first.hasMore)

            test.store.failNextAppend(with: .noRoom(details: "a test"))
            let worker = RetentionWorker(test.tracker, logger: .silent)
            try await worker.tick()
            #expect(test.core.retentionStatus.fault?.contains("logs could not be applied to \(sessions[1])") == true)
            #expect(try await texts(sessions[2], test) == ["a secret of third"])

            test.clock.advance(by: .seconds(3600))
            try await worker.tick()
            #expect(test.core.retentionStatus.fault == nil)
            for session in sessions {
                #expect(try await texts(session, test) == [""])
                #expect(try await test.events(of: session).filter { $0 == "redacted" }.count == 1)
            }
        }
    }

    @Test("a command whose outcome was not known is not carried out twice")
    func outcomeUnknown() async throws {
        try await TestTracker.run { test in
            let session = try await completed("s", losses: [0.5, 0.4, 0.9], test)
            try await set("all", test) {
                ($0.status, $0.redact, $0.keepBestCheckpoints) = ("ended", ["logs"], 1)
            }
            test.store.failNextAppend(with: .outcomeUnknown(details: "a test"))
            await #expect(throws: (any Error).self) { try await test.tracker.retention.run() }
            _ = try await test.tracker.retention.run()
            _ = try await test.tracker.retention.run()
            let events = try await test.events(of: session)
            #expect(events.filter { $0 == "redacted" }.count == 1)
            #expect(events.filter { $0 == "checkpoint_deleted" }.count == 2)
        }
    }

    @Test("two rules that would take the same take it once, also in a preview")
    func overlap() async throws {
        try await TestTracker.run { test in
            let session = try await completed("s", losses: [0.5, 0.4], test)
            for name in ["a", "b"] {
                try await set(name, test) {
                    ($0.status, $0.redact, $0.keepBestCheckpoints) = ("ended", ["logs"], 1)
                }
            }
            for report in [
                try await test.tracker.retention.preview().value, try await test.tracker.retention.run().value,
            ] {
                #expect(report.items.map(\.rule.text) == ["a"])
                #expect(report.items.first?.redacted.recordCount == 1 && report.items.first?.checkpoints.count == 1)
            }
            #expect(try await checkpoints(session, test) == [2])
        }
    }
}

import Application
import EventLog
import Logging
import Reactors
import SwiftProtobuf
import Testing
import TrackerTesting
import Tracking

/// The launcher on stores in memory, with processes that the test ends.
@Suite("Launcher")
struct LauncherTests {
    /// Calls `body` with a launcher that has begun.
    private func run(
        slots: Int = 1, isEnabled: Bool = true,
        before: @escaping @Sendable (TestTracker) async throws -> Void = { _ in },
        _ body: @escaping @Sendable (TestTracker, ScriptedProcesses, inout ReactorDriver) async throws -> Void
    ) async throws {
        try await TestTracker.run { test in
            try await before(test)
            let processes = ScriptedProcesses(isEnabled: isEnabled)
            let launcher = Launcher(test.core, processes: processes, slots: slots, logger: .silent)
            try await ReactorDriver.run(launcher, test.store) { driver in
                try await body(test, processes, &driver)
            }
        }
    }

    private static func start(_ name: String, _ test: TestTracker, maxRestarts: Int = 1) async throws -> Session.ID {
        let session = try await test.create(name, TestTracker.configuration(maxRestarts: maxRestarts))
        _ = try await test.tracker.sessions.start(session, as: TestTracker.command("start " + name))
        return session
    }

    /// Returns once the session has `status`.
    private static func wait(for status: Session.Status, of session: Session.ID, _ test: TestTracker) async throws {
        var position = LogPosition.start
        while try await test.core.sessions.state(of: session.stream).status != status {
            position = try await test.store.nextEvents(after: position, matching: .streams([session.stream])).through
        }
    }

    @Test("a session of another server gets no trainer, though it waited there when it was exported")
    func imported() async throws {
        try await run { test, processes, driver in
            let origin = NewEvent.Origin(
                id: EventID(bytes: 1...16), recordedAt: Timestamp(rawValue: 1), actor: "api")
            let events = try [
                SessionEvent.created(
                    .with { ($0.name, $0.trainerKind, $0.allowedProgram) = ("there", "synthetic", "/bin/sh") }),
                .startRequested(StartRequested()), .attemptClaimed(.with { ($0.attempt, $0.leaseSeconds) = (1, 1) }),
                .attemptLost(.with { $0.attempt = 1 }),
            ].map { event in
                var event = try event.encoded()
                event.origin = origin
                return event
            }
            let imported = try SessionEvent.imported(.with { $0.interruptedStatus = "queued" }).encoded()
            let stopped = try SessionEvent.stopped(Stopped()).encoded()
            _ = try await test.store.append(
                AppendRequest(
                    stream: StreamID(.session, "sess_there"), events: events + [imported, stopped],
                    expecting: .noStream, commandID: .fresh(), commandDigest: Digest(hashing: []), actor: "api"))
            let here = try await Self.start("here", test)
            try await driver.catchUp()
            let start = try #require(await processes.nextStart())
            #expect(start.session == here && processes.runningCount == 1)
            #expect(test.core.leases.table.count == 0)
            processes.exit(start.processID, nil)
        }
    }

    @Test("a session that waits gets a trainer, and the next one when the first has ended")
    func slots() async throws {
        try await run { test, processes, driver in
            let first = try await Self.start("a", test)
            let second = try await Self.start("b", test)
            try await driver.catchUp()
            let start = try #require(await processes.nextStart())
            #expect(start.session == first && start.kind == .synthetic)
            #expect(processes.runningCount == 1)
            let token = try await test.claim(first, "claim a", processID: start.processID).token
            try await test.finish(first, token)
            try await driver.catchUp()
            processes.exit(start.processID, .exit(code: 0))
            let next = try #require(await processes.nextStart())
            #expect(next.session == second)
            processes.exit(next.processID, nil)
        }
    }

    @Test("what waited before the server started is launched when it begins, and what trains keeps its slot")
    func takesUp() async throws {
        try await run(
            slots: 2,
            before: { test in
                let (_, _) = try await test.running("trains", processID: 7)
                _ = try await Self.start("a", test)
                _ = try await Self.start("b", test)
            }
        ) { test, processes, driver in
            let start = try #require(await processes.nextStart())
            #expect(try await test.view(start.session).document.name == "a")
            #expect(processes.runningCount == 1)
            processes.exit(start.processID, nil)
        }
    }

    @Test("a trainer that ends without a word loses its attempt, and the session gets another one")
    func lost() async throws {
        try await run { test, processes, driver in
            let session = try await Self.start("a", test)
            try await driver.catchUp()
            let start = try #require(await processes.nextStart())
            try await test.claim(session, "claim a", processID: start.processID)
            try await driver.catchUp()
            processes.exit(start.processID, .exit(code: 1), "no data")
            try await Self.wait(for: .queued, of: session, test)
            try await driver.catchUp()
            let next = try #require(await processes.nextStart())
            #expect(next.session == session && next.processID != start.processID)
            let attempt = try await test.view(session).document.attempts.first
            #expect(attempt?.ending == "lost")
            #expect(attempt?.message == "the trainer ended with exit code 1: no data")
            processes.exit(next.processID, nil)
        }
    }

    @Test("a trainer that is killed before it claims is started again, as often as there are restarts")
    func killedBeforeItsClaim() async throws {
        try await run { test, processes, driver in
            let session = try await Self.start("a", test, maxRestarts: 1)
            try await driver.catchUp()
            let first = try #require(await processes.nextStart())
            processes.exit(first.processID, .signal(9))
            let second = try #require(await processes.nextStart())
            #expect(second.session == session)
            processes.exit(second.processID, .signal(9))
            try await Self.wait(for: .failed, of: session, test)
            #expect(
                try await test.view(session).document.message
                    == "the trainer was killed by signal 9 (before it claimed the session)")
        }
    }

    @Test("a trainer that gives up before it claims is not started again")
    func gaveUp() async throws {
        try await run { test, processes, driver in
            let session = try await Self.start("a", test, maxRestarts: 5)
            try await driver.catchUp()
            let start = try #require(await processes.nextStart())
            processes.exit(start.processID, .exit(code: 2), "bad configuration")
            try await Self.wait(for: .failed, of: session, test)
            #expect(
                try await test.view(session).document.message
                    == "the trainer ended with exit code 2: bad configuration (before it claimed the session)")
        }
    }

    @Test("a trainer that cannot be started fails its session, and the next one gets the slot")
    func notStarted() async throws {
        try await run { test, processes, driver in
            processes.failNextStart(LaunchError("there is no such program"))
            let session = try await Self.start("a", test)
            let other = try await Self.start("b", test)
            try await driver.catchUp()
            try await Self.wait(for: .failed, of: session, test)
            #expect(try await test.view(session).document.message == "there is no such program")
            let start = try #require(await processes.nextStart())
            #expect(start.session == other)
            processes.exit(start.processID, nil)
        }
    }

    @Test("a trainer whose attempt was lost though it lives is ended, with what it left behind")
    func endsTheLost() async throws {
        try await run { test, processes, driver in
            let session = try await Self.start("a", test)
            try await driver.catchUp()
            let start = try #require(await processes.nextStart())
            try await test.claim(session, "claim a", processID: start.processID)
            try await driver.catchUp()
            _ = try await test.core.sessions.handle(
                .loseAttempt(number: 1, message: "silent"), on: session.stream, as: TestTracker.command("lost"))
            try await driver.catchUp()
            #expect(processes.ended == [start.processID] && processes.leftovers == [start.processID])
            let next = try #require(await processes.nextStart())
            #expect(next.session == session)
            processes.exit(next.processID, nil)
        }
    }

    @Test("a session that is stopped while it waits for a slot gets no trainer")
    func stoppedWhileWaiting() async throws {
        try await run { test, processes, driver in
            _ = try await Self.start("a", test)
            let stopped = try await Self.start("b", test)
            let third = try await Self.start("c", test)
            try await driver.catchUp()
            let start = try #require(await processes.nextStart())
            _ = try await test.tracker.sessions.stop(stopped, wait: .zero, as: TestTracker.command("stop"))
            try await driver.catchUp()
            processes.exit(start.processID, .exit(code: 1))
            let next = try #require(await processes.nextStart())
            #expect(next.session == third)
            processes.exit(next.processID, nil)
        }
    }

    @Test("a program that claims by itself gets no trainer and takes no slot")
    func external() async throws {
        try await run { test, processes, driver in
            let external = try await test.create("a", TestTracker.configuration(.external))
            _ = try await test.tracker.sessions.start(external, as: TestTracker.command("start a"))
            try await test.claim(external)
            let session = try await Self.start("b", test)
            try await driver.catchUp()
            let start = try #require(await processes.nextStart())
            #expect(start.session == session && processes.runningCount == 1)
            processes.exit(start.processID, nil)
        }
    }

    @Test("where trainers are not started, sessions wait")
    func disabled() async throws {
        try await run(isEnabled: false) { test, processes, driver in
            let session = try await Self.start("a", test)
            try await driver.catchUp()
            #expect(processes.runningCount == 0)
            #expect(try await test.view(session).status == .queued)
        }
    }
}

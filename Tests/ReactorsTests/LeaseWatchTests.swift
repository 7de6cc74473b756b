import Application
import EventLog
import Reactors
import Testing
import TrackerTesting
import Tracking

@Suite("Lease watch")
struct LeaseWatchTests {
    private static let silence = "the trainer stopped responding and its lease expired"

    @Test("a trainer that says nothing loses its attempt when its lease has run out, and not before")
    func expired() async throws {
        try await TestTracker.run { test in
            let (session, _) = try await test.running()
            try await ReactorDriver.run(LeaseWatch(test.core), test.store) { driver in
                test.clock.advance(by: .milliseconds(29_999))
                try await driver.tick()
                #expect(try await test.view(session).status == .running)
                test.clock.advance(by: .milliseconds(1))
                try await driver.tick()
                let view = try await test.view(session)
                #expect(view.status == .queued)
                #expect(view.document.attempts.map(\.ending) == ["lost"])
                #expect(view.document.attempts.map(\.message) == [Self.silence])
                let head = test.store.head
                try await driver.tick()
                #expect(test.store.head == head && test.core.leases.table.count == 0)
            }
        }
    }

    @Test("whoever speaks in time keeps its session")
    func renewed() async throws {
        try await TestTracker.run { test in
            let (session, token) = try await test.running()
            try await ReactorDriver.run(LeaseWatch(test.core), test.store) { driver in
                for epoch in 1...3 as ClosedRange<UInt32> {
                    test.clock.advance(by: .seconds(29))
                    try await test.complete(epoch, of: session, token)
                    try await driver.catchUp()
                    try await driver.tick()
                }
                #expect(try await test.view(session).status == .running)
            }
        }
    }

    @Test("a session without restarts left has failed, and one that was to stop has stopped")
    func endings() async throws {
        try await TestTracker.run { test in
            let (failing, _) = try await test.running("a", TestTracker.configuration(maxRestarts: 0))
            let (stopping, _) = try await test.running("b")
            _ = try await test.tracker.sessions.stop(stopping, wait: .zero, as: TestTracker.command("stop"))
            try await ReactorDriver.run(LeaseWatch(test.core), test.store) { driver in
                test.clock.advance(by: .seconds(30))
                try await driver.tick()
            }
            let failed = try await test.view(failing)
            #expect(failed.status == .failed)
            #expect(failed.document.message == "the trainer was lost: " + Self.silence)
            #expect(try await test.view(stopping).status == .stopped)
        }
    }

    @Test("an attempt that was claimed before the server started gets one full lease time")
    func inherited() async throws {
        try await TestTracker.run { test in
            let (session, _) = try await test.running()
            // A server that starts knows of no lease.
            test.core.leases.release(session)
            test.clock.advance(by: .seconds(3600))
            try await ReactorDriver.run(LeaseWatch(test.core), test.store) { driver in
                test.clock.advance(by: .seconds(29))
                try await driver.tick()
                #expect(try await test.view(session).status == .running)
                for _ in 0..<2 {
                    test.clock.advance(by: .milliseconds(500))
                    try await driver.tick()
                }
                #expect(try await test.view(session).status == .queued)
            }
        }
    }

    @Test("a server that stood still for an hour takes no attempt from a trainer that goes on, a silent one's later")
    func stoodStill() async throws {
        try await TestTracker.run { test in
            let (session, token) = try await test.running()
            let (silent, _) = try await test.running("b")
            try await ReactorDriver.run(LeaseWatch(test.core), test.store) { driver in
                try await driver.tick()
                test.clock.advance(by: .seconds(3600))
                try await driver.tick()
                test.clock.advance(by: .milliseconds(250))
                try await driver.tick()
                #expect(try await test.view(session).status == .running)
                for _ in 0..<60 {
                    test.clock.advance(by: .milliseconds(500))
                    _ = try await test.tracker.attempts.speaker(for: session, token: token, mustHold: true)
                    try await driver.tick()
                }
                #expect(try await test.view(session).status == .running)
                #expect(try await test.view(silent).status == .queued)
            }
        }
    }

    @Test("claims and endings in the log give and take leases, with what was reported of the epoch under way")
    func follows() async throws {
        try await TestTracker.run { test in
            try await ReactorDriver.run(LeaseWatch(test.core), test.store) { driver in
                let (session, token) = try await test.running()
                test.core.leases.release(session)
                try await driver.catchUp()
                #expect(test.core.leases.table.count == 1)
                let speaker = try await test.tracker.attempts.speaker(for: session, token: token)
                _ = test.tracker.attempts.reportProgress(speaker, epoch: 1, step: 5, fraction: 0.5)
                try await test.finish(session, token)
                try await driver.catchUp()
                #expect(test.core.leases.table.count == 0)
                #expect(test.core.leases.progress(of: session) == nil)
            }
        }
    }
}

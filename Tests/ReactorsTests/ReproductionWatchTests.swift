import Application
import EventLog
import Reactors
import SwiftProtobuf
import Testing
import TrackerTesting
import Tracking

@Suite("Reproduction watch")
struct ReproductionWatchTests {
    /// Trains `session` for two epochs with these losses, saving `weights`.
    private static func train(
        _ session: Session.ID, _ losses: [Double], weights: String, _ test: TestTracker
    ) async throws {
        let token = try await test.claim(session, "claim \(session)").token
        try await test.start(session, token, as: "begin \(session)")
        for (index, loss) in losses.enumerated() {
            try await test.complete(UInt32(index + 1), of: session, token, loss: loss)
        }
        try await test.save(weights, epoch: 2, of: session, token, as: "save \(session)")
        try await test.finish(session, token, as: "finish \(session)")
    }

    /// An original that has ended, and its reproduction, which is queued.
    private static func pair(_ test: TestTracker) async throws -> (original: Session.ID, reproduction: Session.ID) {
        let original = try await test.create("first", TestTracker.configuration(epochs: 2))
        try await train(original, [0.5, 0.25], weights: "w", test)
        let written = try await test.tracker.sessions.reproduce(
            original, ReproductionDraft(), as: TestTracker.command("reproduce"))
        return (original, Session.ID(written.value.document.sessionID)!)
    }

    @Test(
        "a reproduction that ends is compared, and both sessions are told once",
        arguments: [([0.5, 0.25], "w", "identical"), ([0.5, 0.2], "w", "differs"), ([0.5, 0.25], "v", "differs")])
    func judged(losses: [Double], weights: String, verdict: String) async throws {
        try await TestTracker.run { test in
            let (original, reproduction) = try await Self.pair(test)
            try await ReactorDriver.run(ReproductionWatch(test.core), test.store) { driver in
                try await Self.train(reproduction, losses, weights: weights, test)
                try await driver.catchUp()
                for session in [original, reproduction] {
                    let reports = try await test.view(session).document.reproductions
                    #expect(reports.map(\.verdict) == [verdict])
                    #expect(reports.map(\.reproductionSessionID) == [reproduction.text])
                }
                let head = test.store.head
                try await driver.catchUp()
                #expect(test.store.head == head)
            }
        }
    }

    @Test("a reproduction that ends early is incomplete")
    func incomplete() async throws {
        try await TestTracker.run { test in
            let (_, reproduction) = try await Self.pair(test)
            try await ReactorDriver.run(ReproductionWatch(test.core), test.store) { driver in
                _ = try await test.tracker.sessions.stop(
                    reproduction, wait: .zero, as: TestTracker.command("stop"))
                try await driver.catchUp()
                #expect(try await test.view(reproduction).document.reproductions.map(\.verdict) == ["incomplete"])
            }
        }
    }

    @Test("what ended while no server ran is judged when it begins, and what the original was told already counts once")
    func takenUp() async throws {
        try await TestTracker.run { test in
            let (original, reproduction) = try await Self.pair(test)
            try await Self.train(reproduction, [0.5, 0.25], weights: "w", test)
            // A server that ended between the two reports: the original has its verdict, the reproduction does not.
            let watch = ReproductionWatch(test.core)
            let identity = try #require(watch.identity("\(reproduction)/1"))
            _ = try await test.core.sessions.handle(
                .reportReproduction(
                    .with {
                        $0.originalSessionID = original.text
                        $0.reproductionSessionID = reproduction.text
                        $0.verdict = "identical"
                    }), on: original.stream, as: identity)
            for _ in 1...2 { try await ReactorDriver.run(watch, test.store) { try await $0.catchUp() } }
            #expect(try await test.view(original).document.reproductions.count == 1)
            #expect(try await test.view(reproduction).document.reproductions.map(\.verdict) == ["identical"])
        }
    }

    @Test("a session that is no reproduction is told nothing")
    func others() async throws {
        try await TestTracker.run { test in
            let session = try await test.create("first", TestTracker.configuration(epochs: 2))
            try await ReactorDriver.run(ReproductionWatch(test.core), test.store) { driver in
                try await Self.train(session, [0.5, 0.25], weights: "w", test)
                let head = test.store.head
                try await driver.catchUp()
                #expect(test.store.head == head)
            }
        }
    }
}

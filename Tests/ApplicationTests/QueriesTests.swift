import Application
import EventLog
import JSON
import ReadModels
import SwiftProtobuf
import Testing
import TrackerTesting
import Tracking

@Suite("What can be read")
struct QueriesTests {
    /// Creates a session without anybody who follows the log.
    private func append(_ test: TestTracker, _ name: String) async throws -> Session.ID {
        let identity = TestTracker.command("create " + name)
        let session = Session.ID(createdBy: identity.id)
        _ = try await test.core.sessions.handle(
            .create(.with { $0.name = name }), on: session.stream, as: identity)
        return session
    }

    @Test("a stale answer shows what the read models hold, and says up to where")
    func stale() async throws {
        try await TestTracker.run(follows: false) { test in
            let first = try await append(test, "first")
            try test.core.readModels.apply(try await test.store.events(after: .start).events)
            let second = try await append(test, "second")
            let answer = try await test.tracker.queries.session(first, .stale)
            #expect(answer.value.document.name == "first" && answer.position == LogPosition(1))
            await expectError(.unknown(.session, second.text)) {
                _ = try await test.tracker.queries.session(second, .stale)
            }
            #expect(try await test.tracker.queries.session(first, .after(LogPosition(1))).position == LogPosition(1))
        }
    }

    @Test("a current answer is refused while the read models are behind and nobody brings them on")
    func behind() async throws {
        try await TestTracker.run(follows: false) { test in
            let session = try await append(test, "first")
            // Who followed the log has ended: nobody waits for what will not come.
            let readModels = test.core.readModels
            let ended = Task {
                withUnsafeCurrentTask { $0?.cancel() }
                await readModels.follow(test.store)
            }
            await ended.value
            for freshness in [Queries.Freshness.current, .after(LogPosition(1))] {
                await expectError(.readModelsBehind(position: .start, asked: LogPosition(1))) {
                    _ = try await test.tracker.queries.session(session, freshness)
                }
            }
        }
    }

    @Test("an answer as of a past position shows what was then, without what only lives now")
    func asOf() async throws {
        try await TestTracker.run { test in
            let (session, token) = try await test.running()
            let then = test.store.head
            try await test.complete(1, of: session, token)
            let speaker = try await test.tracker.attempts.speaker(for: session, token: token)
            _ = test.tracker.attempts.reportProgress(speaker, epoch: 2, step: 15, fraction: 0.5)
            let past = try await test.tracker.queries.session(session, asOf: then)
            #expect(past.position == then)
            #expect(past.value.document.currentEpoch == 0 && past.value.progress == nil)
            #expect(try await test.tracker.queries.session(session, asOf: LogPosition(1)).value.status == .created)
            let now = try await test.tracker.queries.session(session, asOf: test.store.head)
            #expect(now.value.document.currentEpoch == 1)
        }
    }

    @Test("a position beyond the head, and none, cannot be asked for")
    func positions() async throws {
        try await TestTracker.run { test in
            let session = try await test.create()
            let queries = test.tracker.queries
            await expectError(
                .invalid(field: "wait_for", reason: "is 2, beyond the log's head, which is at 1")
            ) { _ = try await queries.session(session, .after(LogPosition(2))) }
            await expectError(.invalid(field: "as_of", reason: "is beyond the log's head, which is at 1")) {
                _ = try await queries.session(session, asOf: LogPosition(2))
            }
            await expectError(.invalid(field: "as_of", reason: "must be a position from 1")) {
                _ = try await queries.session(session, asOf: .start)
            }
        }
    }

    @Test("a time stands for the last event recorded then or before, and must be between the first event and now")
    func times() async throws {
        try await TestTracker.run { test in
            let queries = test.tracker.queries
            let begin = test.clock.now
            let session = try await test.create()
            test.clock.advance(by: .seconds(10))
            _ = try await test.tracker.sessions.start(session, as: TestTracker.command("start"))
            for (seconds, position) in [(0, 1), (9, 1), (10, 2)] as [(Int, UInt64)] {
                let moment = LogMoment.time(begin.advanced(by: .seconds(seconds)))
                #expect(try await queries.session(session, .asOf(moment)).position == LogPosition(position))
            }
            await expectError(.invalid(field: "as_of", reason: "lies before the log's first event")) {
                _ = try await queries.session(session, .asOf(.time(begin.advanced(by: .seconds(-1)))))
            }
            let now = test.clock.now
            await expectError(
                .invalid(field: "as_of", reason: "lies in the future: the server's clock shows \(now)")
            ) { _ = try await queries.session(session, .asOf(.time(now.advanced(by: .seconds(1))))) }
        }
    }

    @Test("the latest session is the one that was started last, and none before the first start")
    func latest() async throws {
        try await TestTracker.run { test in
            let first = try await test.create("a")
            await expectError(.noSessionStarted) { _ = try await test.tracker.queries.sessionOrLatest(nil, .current) }
            let second = try await test.create("b")
            for (name, session) in [("b", second), ("a", first)] {
                _ = try await test.tracker.sessions.start(session, as: TestTracker.command("start " + name))
                let latest = try await test.tracker.queries.sessionOrLatest(nil, .current)
                #expect(latest.value.document.name == name)
            }
            #expect(try await test.tracker.queries.sessionOrLatest(second, .current).value.document.name == "b")
        }
    }

    @Test("a list has the pages that are asked for, each session's place in the queue, and the number of all")
    func list() async throws {
        try await TestTracker.run { test in
            for name in ["a", "b", "c"] {
                let session = try await test.create(name) { $0.tags = name == "c" ? ["x"] : [] }
                _ = try await test.tracker.sessions.start(session, as: TestTracker.command("start " + name))
            }
            let order = SessionOrder(.name, isDescending: false)
            let page = try await test.tracker.queries.sessions(
                SessionFilter(), order: order, limit: 2, offset: 1, .current
            ).value
            #expect(page.total == 3 && page.sessions.map(\.document.name) == ["b", "c"])
            #expect(page.sessions.map(\.queuePosition) == [2, 3])
            var filter = SessionFilter()
            filter.tags = ["x"]
            let tagged = try await test.tracker.queries.sessions(filter, order: order, limit: 9, offset: 0, .current)
            #expect(tagged.value.total == 1 && tagged.value.sessions.map(\.document.name) == ["c"])
            let beyond = try await test.tracker.queries.sessions(
                SessionFilter(), order: order, limit: 9, offset: .max, .current)
            #expect(beyond.value.total == 3 && beyond.value.sessions.isEmpty)
            #expect(try await test.tracker.queries.statusCounts()[.queued] == 3)
        }
    }

    @Test("epochs that a later attempt did again are shown only when they are asked for")
    func epochs() async throws {
        try await TestTracker.run { test in
            let (session, token) = try await test.running()
            try await test.complete(1, of: session, token, loss: 0.5)
            try await test.complete(2, of: session, token, loss: 0.25)
            _ = try await test.core.sessions.handle(
                .loseAttempt(number: 1, message: "gone"), on: session.stream, as: TestTracker.command("lost"))
            let second = try await test.claim(session, "second").token
            try await test.start(session, second, epoch: 2, step: 11, checkpoint: "ckpt_1", as: "second begins")
            try await test.complete(2, of: session, second, loss: 0.125)

            let queries = test.tracker.queries
            let visible = try await queries.epochs(of: session, .current).value
            #expect(visible.total == 2 && visible.records.map(\.attempt) == [1, 2])
            let all = try await queries.epochs(of: session, allAttempts: true, .current).value
            #expect(all.total == 3 && all.records.map { all.isSuperseded($0) }.count { $0 } == 1)
            let latest = try await queries.epochs(
                of: try await queries.session(orLatest: nil, .current), latest: 1, .current
            ).value
            #expect(latest.total == 2 && latest.records.map(\.epoch) == [2])
            #expect(try await queries.epochs(of: session, metric: "dice", .current).value.total == 0)

            let known = MetricHistoryQuery(session: session, metric: "val_loss", axis: nil)
            let answer = try await queries.history(known, .current)
            var history = answer.value
            #expect(try await history.next()?.values == [0.5, 0.125])
            #expect(try await history.next() == nil)
            #expect(try await queries.alternatives(to: known, asOf: answer.position) == nil)
            let unknown = known.of("dice")
            #expect(try await queries.history(unknown, .current).value.pointCount == 0)
            #expect(try await queries.alternatives(to: unknown, asOf: answer.position) == ["val_loss"])
        }
    }

    @Test("checkpoints come in the order asked for, with those of the sessions that a session continues")
    func checkpoints() async throws {
        try await TestTracker.run { test in
            let (parent, token) = try await test.running("parent")
            for (epoch, loss) in [(1, 0.5), (2, 0.75)] as [(UInt32, Double)] {
                try await test.complete(epoch, of: parent, token)
                try await test.save("w\(epoch)", epoch: epoch, of: parent, token, loss: loss)
            }
            let last = try await test.view(parent).document.lastCheckpointID
            let child = try await test.create("child") { $0.checkpoint = last }
            try await test.save("upload", epoch: 9, of: child, nil)
            func found(_ change: (inout CheckpointListQuery) -> Void) async throws -> (epochs: [UInt32], total: Int) {
                var query = CheckpointListQuery()
                change(&query)
                let answer = try await test.tracker.queries.checkpoints(query, .current).value
                return (answer.checkpoints.map(\.document.epoch), answer.total)
            }
            #expect(try await found { _ in }.epochs == [1, 2, 9])
            #expect(try await found { $0.session = child }.epochs == [9])
            var answer = try await found {
                $0.session = child
                $0.includesLineage = true
                $0.isDescending = true
            }
            #expect(answer.epochs == [9, 2, 1])
            answer = try await found {
                $0.order = .value
                $0.metric = "val_loss"
                $0.isDescending = true
                $0.limit = 1
            }
            #expect(answer.epochs == [2] && answer.total == 2)
            answer = try await found {
                $0.order = .value
                $0.offset = 1
            }
            #expect(answer.epochs == [2, 9] && answer.total == 3)
        }
    }
}

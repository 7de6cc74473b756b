import EventLog
import JSON
import LiveFeeds
import SwiftProtobuf
import Testing
import Tracking

/// Feeds over a log in memory: what is told, from where on, and when it is over.
@Suite("Feed reader")
struct FeedReaderTests {
    typealias Kind = FeedFrameType

    @Test("the first frame is the connection, with the place to come back to")
    func opening() async throws {
        let log = FeedLog()
        try await log.append(Make.created)
        var reader = try await FeedReader(FeedRequest(scope: .session(log.session)), hub: log.hub)
        guard case .frames(let frames) = try await reader.next(patience: .zero) else {
            Issue.record("nothing was told")
            return
        }
        #expect(frames.map(\.type) == [.connection])
        #expect(
            try frames.first?.json == [
                "type": "connection", "position": 0, "session_id": "sess_one", "head": 1,
            ])
    }

    @Test("history tells lifecycle, epochs and checkpoints, then everything live, in the order of the log")
    func historyThenLive() async throws {
        let log = FeedLog()
        try await log.append(Make.created, Make.startRequested, Make.claimed(), Make.started())
        try await log.report(Make.points("loss", [1, 2]), Make.lines(["hello"]))
        try await log.append(Make.epoch(1), Make.checkpoint(1))
        var reader = try await FeedReader(FeedRequest(scope: .session(log.session)), hub: log.hub)
        try await log.report(Make.points("loss", [3]))
        try await log.append(Make.epoch(2), Make.completed([("val_loss", 0.25)]))
        var told: [FeedFrame] = []
        while case .frames(let frames) = try await reader.next(patience: .zero) { told += frames }
        #expect(try await reader.next(patience: .zero) == .end)
        #expect(
            told.map(\.type) == [
                .connection, .status, .status, .status, .status, .epochComplete, .checkpointSaved, .metrics,
                .epochComplete, .trainingComplete,
            ])
        #expect(told.dropFirst().map(\.cursor.position.rawValue) == [1, 2, 3, 4, 7, 8, 9, 10, 11])
        #expect(
            try told.compactMap { try $0.json["status"]?.stringValue } == ["created", "queued", "running", "running"])
    }

    @Test("an epoch's frame is its record: every number, NaN as a string")
    func epochFrame() async throws {
        let log = FeedLog()
        try await log.append(Make.created, Make.epoch(3, [("a/b", 1), ("bad", .nan), ("up", .infinity)]))
        let frame = try #require(try await log.told(types: [.epochComplete]).frames.first)
        #expect(
            try frame.json == [
                "type": "epoch_complete", "position": 2, "session_id": "sess_one",
                "timestamp": "2023-11-14T22:13:20.000000Z", "epoch": 3, "step": 30, "attempt": 1,
                "metrics": ["a/b": 1.0, "bad": "NaN", "up": "Infinity"],
            ])
    }

    @Test("completion tells the final metrics: finite ones, and the names of the others")
    func finalMetrics() async throws {
        let log = FeedLog()
        try await log.append(Make.created, Make.completed([("good", 0.5), ("bad", .nan)]))
        let told = try await log.told()
        #expect(told.isEnded)
        let frame = try #require(told.frames.last)
        #expect(frame.type == .trainingComplete)
        #expect(try frame.json["final_metrics"] == ["good": 0.5])
        #expect(try frame.json["nonfinite_metrics"] == ["bad"])
    }

    @Test("without final metrics, completion tells those of the last visible epoch")
    func finalMetricsOfLastEpoch() async throws {
        let log = FeedLog()
        try await log.append(
            Make.created, Make.epoch(1, [("val_loss", 3)]), Make.epoch(2, [("val_loss", 2)]),
            Make.started(2, firstEpoch: 2), Make.completed())
        let frame = try #require(try await log.told().frames.last)
        #expect(try frame.json["final_metrics"] == ["val_loss": 3.0])
        let resumed = try #require(try await log.told(after: FeedCursor(LogPosition(4))).frames.last)
        #expect(resumed == frame)
    }

    @Test("a failure that holds is an error and the end; one that a start follows is a status")
    func failures() async throws {
        let log = FeedLog()
        try await log.append(Make.created, Make.startRequested, Make.failed("first"))
        var told = try await log.told()
        #expect(told.isEnded)
        #expect(told.frames.map(\.type) == [.status, .status, .error])
        #expect(try told.frames.last?.json["message"] == "first")
        try await log.append(Make.startRequested)
        told = try await log.told()
        #expect(!told.isEnded)
        #expect(told.frames.map(\.type) == [.status, .status, .status, .status])
        #expect(try told.frames[2].json["status"] == "failed")
        #expect(try told.frames[2].json["message"] == "first")
        try await log.append(Make.failed("second"), Make.checkpoint(7))
        told = try await log.told()
        #expect(told.isEnded)
        #expect(told.frames.map(\.type) == [.status, .status, .status, .status, .error])
        #expect(try told.frames.last?.json["message"] == "second")
    }

    @Test("an ending that a slow client reads after the next start is a status")
    func slowClient() async throws {
        let log = FeedLog()
        try await log.append(Make.created)
        var reader = try await FeedReader(FeedRequest(scope: .session(log.session)), hub: log.hub)
        _ = try await reader.next(patience: .zero)
        _ = try await reader.next(patience: .zero)
        try await log.append(Make.failed("first"))
        try await log.append(Make.startRequested)
        guard case .frames(let frames) = try await reader.next(patience: .zero) else {
            Issue.record("nothing was told")
            return
        }
        #expect(frames.map(\.type) == [.status, .status])
        #expect(try await reader.next(patience: .zero) == .quiet)
    }

    @Test("stopped is a status and the end, and so is a feed opened afterwards")
    func stopped() async throws {
        let log = FeedLog()
        try await log.append(Make.created, Make.stopRequested, Make.stopped("enough"))
        let told = try await log.told()
        #expect(told.isEnded)
        #expect(told.frames.map(\.type) == [.status, .status, .status])
        #expect(try told.frames.last?.json["status"] == "stopped")
        #expect(try told.frames.last?.json["message"] == "enough")
        let later = try await log.told(after: FeedCursor(LogPosition(3)))
        #expect(later.frames.isEmpty)
        #expect(later.isEnded)
    }

    @Test("a created session's feed waits")
    func waiting() async throws {
        let log = FeedLog()
        try await log.append(Make.created)
        let told = try await log.told()
        #expect(told.frames.map(\.type) == [.status])
        #expect(!told.isEnded)
    }

    @Test("a waiting feed tells what is appended")
    func wakes() async throws {
        let log = FeedLog()
        try await log.append(Make.created)
        try await log.hub.serve {
            var reader = try await FeedReader(FeedRequest(scope: .session(log.session)), hub: log.hub)
            _ = try await reader.next(patience: .zero)
            _ = try await reader.next(patience: .zero)
            async let appended = log.append(Make.startRequested)
            let delivery = try await reader.next(patience: .seconds(60))
            _ = try await appended
            guard case .frames(let frames) = delivery else {
                Issue.record("nothing was told")
                return
            }
            #expect(try frames.map { try $0.json["status"] } == ["queued"])
        }
    }

    /// A log with everything in it, a frame that had to be split among them.
    private static func richLog() async throws -> FeedLog {
        let log = FeedLog()
        try await log.append(Make.created, Make.startRequested, Make.claimed(), Make.started())
        try await log.append(Make.created, session: "sess_two")
        try await log.report(Make.points("loss", (0..<5000).map { Double($0) / 3 }))
        try await log.report(Make.points("loss", (0..<20_000).map { Double($0) / 7 }))
        try await log.append(Make.epoch(1), Make.checkpoint(1))
        try await log.report(Make.points("other", [1]), session: "sess_two")
        try await log.report(Make.lines((0..<3).map { String(repeating: "\u{1}", count: 60_000 + $0) }))
        try await log.append(Make.failed("once"), Make.startRequested, Make.epoch(1), Make.completed())
        return log
    }

    @Test("a feed that is resumed after any frame tells exactly the frames that follow")
    func resume() async throws {
        let log = try await Self.richLog()
        let all = try await log.told(after: FeedCursor(.start))
        #expect(all.isEnded)
        #expect(all.frames.count > 15)
        #expect(all.frames.contains { $0.cursor.part != nil })
        for (index, frame) in all.frames.enumerated() {
            let rest = try await log.told(after: try #require(FeedCursor(frame.cursor.description)))
            #expect(rest.frames == Array(all.frames.dropFirst(index + 1)))
            #expect(rest.isEnded)
        }
    }

    @Test("no frame is longer than 256 KiB, and the parts of an event hold all of it")
    func splitting() async throws {
        let log = try await Self.richLog()
        let frames = try await log.told(types: [.metrics, .log], after: FeedCursor(.start)).frames
        #expect(frames.allSatisfy { $0.text.count <= FeedFrame.maximumByteCount })
        var values: [Double] = []
        var text = 0
        for frame in frames {
            for series in try frame.json["series"]?.arrayValue ?? [] {
                values += try #require(series["values"]?.arrayValue).map { try #require($0.doubleValue) }
                #expect(series["steps"]?.arrayValue?.count == series["values"]?.arrayValue?.count)
            }
            for line in try frame.json["lines"]?.arrayValue ?? [] {
                text += try #require(line["text"]?.stringValue).utf8.count
            }
            if let parts = try frame.json["parts"]?.integerValue {
                #expect(parts > 1)
                #expect(try frame.json["part"]?.integerValue == frame.cursor.part.map { Int64($0) } ?? parts)
            }
        }
        let first: [Double] = (0..<5000).map { Double($0) / 3 }
        let second: [Double] = (0..<20_000).map { Double($0) / 7 }
        #expect(values == first + second)
        #expect(text == 180_003)
    }

    @Test("types choose what is told, and endings are told all the same")
    func types() async throws {
        let log = try await Self.richLog()
        let told = try await log.told(types: [.checkpointSaved], after: FeedCursor(.start))
        #expect(told.frames.map(\.type) == [.checkpointSaved, .trainingComplete])
        #expect(told.isEnded)
    }

    @Test("the feed of everything begins now, tells all sessions and never ends")
    func broadcast() async throws {
        let log = FeedLog()
        try await log.append(Make.created)
        var reader = try await FeedReader(FeedRequest(scope: .everything), hub: log.hub)
        try await log.append(Make.created, session: "sess_two")
        try await log.append(Make.completed([("a", 1)]))
        try await log.append(Make.failed("no"), session: "sess_two")
        var told: [FeedFrame] = []
        while case .frames(let frames) = try await reader.next(patience: .zero) { told += frames }
        let ends: [FeedFrameType] = [.trainingComplete, .notification, .error, .notification]
        #expect(told.map(\.type) == [.connection, .status] + ends)
        #expect(
            try told.dropFirst().map { try $0.json["session_id"]?.stringValue }
                == ["sess_two", "sess_one", "sess_one", "sess_two", "sess_two"])
        #expect(try told.last?.json["message"] == "The training has failed: no")
        let all = try await log.told(FeedRequest(scope: .everything, after: FeedCursor(.start)))
        #expect(all.frames.map(\.type) == [.status, .status] + ends)
        #expect(!all.isEnded)
    }

    @Test("the feed of everything tells of deliveries that were given up, and of no others")
    func givenUp() async throws {
        let log = FeedLog()
        for (outcome, isRepeated) in [("delivered", false), ("retrying", false), ("failed", true), ("failed", false)] {
            try await log.attempt(outcome: outcome, isRepeated: isRepeated)
        }
        let told = try await log.told(FeedRequest(scope: .everything, after: FeedCursor(.start)))
        #expect(told.frames.map(\.type) == [.notification])
        let frame = try #require(try told.frames.first?.json)
        #expect(frame["session_id"]?.stringValue == "sess_one")
        #expect(frame["webhook_id"]?.stringValue == "webhook_one")
        #expect(frame["notification_type"]?.stringValue == "system")
        #expect(
            frame["message"]?.stringValue
                == "The webhook webhook_one was not told of training_completed: The receiver answered 410.")
    }
}

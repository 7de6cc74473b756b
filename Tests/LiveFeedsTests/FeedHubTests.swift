import Application
import EventLog
import JSON
import LiveFeeds
import Testing
import Tracking

/// What all feeds share: the followed log, the kept events, and what is told within an epoch.
@Suite("Feed hub")
struct FeedHubTests {
    private func reader(_ log: FeedLog, _ hub: FeedHub, after: FeedCursor? = nil) async throws -> FeedReader {
        try await FeedReader(FeedRequest(scope: .session(log.session), after: after), hub: hub)
    }

    /// The frames that are there now.
    private func frames(_ reader: inout FeedReader) async throws -> [FeedFrame] {
        var all: [FeedFrame] = []
        while case .frames(let frames) = try await reader.next(patience: .zero) { all += frames }
        return all
    }

    @Test("progress within an epoch is told once, at the log's position, and another session's is not")
    func progress() async throws {
        let log = FeedLog()
        try await log.append(Make.created, Make.startRequested)
        let board = ProgressBoard()
        let hub = FeedHub(store: log.store, progressBoard: board)
        try await hub.serve {
            var reader = try await reader(log, hub)
            #expect(try await frames(&reader).count == 3)
            let report = SessionProgress(attempt: 1, epoch: 1, epochFraction: 0.5, step: 7, time: 1_700_000_000_000_000)
            board.set(report, of: try #require(Session.ID("sess_two")))
            #expect(try await frames(&reader).isEmpty)
            board.set(report, of: log.session)
            let told = try await frames(&reader)
            #expect(told.map(\.type) == [.metrics])
            #expect(told.first?.cursor == FeedCursor(LogPosition(2)))
            #expect(
                try told.first?.json == [
                    "type": "metrics", "position": 2, "session_id": "sess_one",
                    "timestamp": "2023-11-14T22:13:20.000000Z", "attempt": 1, "epoch": 1, "step": 7,
                    "epoch_fraction": 0.5, "series": [],
                ])
            #expect(try await frames(&reader).isEmpty)
        }
        #expect(hub.feedCount == 0)
    }

    @Test("a report wakes the feed that waits for it", .timeLimit(.minutes(1)))
    func wakes() async throws {
        let log = FeedLog()
        try await log.append(Make.created)
        let board = ProgressBoard()
        let hub = FeedHub(store: log.store, progressBoard: board)
        try await hub.serve {
            var waiting = try await reader(log, hub)
            _ = try await frames(&waiting)
            let report = Task { [waiting] in
                var reader = waiting
                return try await reader.next(patience: .seconds(3600))
            }
            board.set(SessionProgress(attempt: 1, epoch: 1, epochFraction: 0.1, step: 1, time: 1), of: log.session)
            guard case .frames(let frames) = try await report.value else {
                Issue.record("nothing was told")
                return
            }
            #expect(frames.map(\.type) == [.metrics])
        }
    }

    @Test("a feed that waits ends with the reason when the log cannot be followed", .timeLimit(.minutes(1)))
    func closedLog() async throws {
        let log = FeedLog()
        try await log.append(Make.created)
        let hub = FeedHub(store: log.store)
        try await hub.serve {
            var waiting = try await reader(log, hub)
            _ = try await frames(&waiting)
            let end = Task { [waiting] in
                var reader = waiting
                return try await reader.next(patience: .seconds(3600))
            }
            await log.store.close()
            await #expect(throws: StorageError.self) { try await end.value }
            // Whoever asks again is told too, instead of being sent to read over and over.
            await #expect(throws: (any Error).self) { try await waiting.next(patience: .seconds(3600)) }
        }
    }

    @Test("feeds share an event's frames, and an ending that a start follows ends nobody")
    func sharedEnding() async throws {
        let log = FeedLog()
        try await log.append(Make.created, Make.startRequested)
        let hub = FeedHub(store: log.store)
        try await hub.serve {
            var first = try await reader(log, hub)
            var second = try await reader(log, hub)
            _ = try await frames(&first)
            _ = try await frames(&second)
            try await log.append(Make.failed("once"))
            #expect(try await frames(&first).map(\.type) == [.error])
            try await log.append(Make.startRequested)
            #expect(try await frames(&second).map(\.type) == [.status, .status])
            #expect(try await second.next(patience: .zero) == .quiet)
        }
    }
}

/// The kept events: which feeds can be served of them, and which cannot.
@Suite("Feed ring")
struct FeedRingTests {
    private static func event(_ position: UInt64, _ session: String, _ event: SessionEvent = Make.created) throws
        -> RecordedEvent
    {
        let new = try event.encoded()
        return RecordedEvent(
            position: LogPosition(position), stream: StreamID(.session, session), version: StreamVersion(position),
            id: EventID(bytes: [UInt8](repeating: 0, count: 16)), type: new.type, schemaVersion: new.schemaVersion,
            recordedAt: Timestamp(rawValue: 1), occurredAt: nil, actor: "test", causation: nil,
            payloadDigest: Digest(hashing: []), payload: new.payload)
    }

    private static func positions(_ found: (events: [FeedEvent], through: LogPosition)?) -> [UInt64]? {
        found?.events.map(\.record.position.rawValue)
    }

    @Test("it gives each scope the events after a position, and nothing where it does not reach back")
    func reads() throws {
        var ring = FeedRing(after: LogPosition(10))
        let one = FeedScope.session(Session.ID("sess_one")!)
        let two = FeedScope.session(Session.ID("sess_two")!)
        ring.append(
            try [(11, "sess_one"), (13, "sess_two"), (14, "sess_one")].map { FeedEvent(try Self.event($0, $1)) },
            through: LogPosition(15))
        #expect(Self.positions(ring.events(after: LogPosition(10), of: .everything, limit: 9)) == [11, 13, 14])
        #expect(Self.positions(ring.events(after: LogPosition(12), of: .everything, limit: 9)) == [13, 14])
        #expect(Self.positions(ring.events(after: LogPosition(11), of: one, limit: 9)) == [14])
        #expect(ring.events(after: LogPosition(11), of: one, limit: 9)?.through == LogPosition(15))
        #expect(ring.events(after: LogPosition(10), of: one, limit: 1)?.through == LogPosition(11))
        #expect(Self.positions(ring.events(after: LogPosition(13), of: two, limit: 9)) == [])
        #expect(ring.events(after: LogPosition(9), of: one, limit: 9) == nil)
        #expect(ring.events(after: LogPosition(15), of: one, limit: 9) == nil)
        #expect(ring.mayHold(after: LogPosition(9), of: two))
        #expect(ring.mayHold(after: LogPosition(12), of: two))
        #expect(!ring.mayHold(after: LogPosition(13), of: two))
        #expect(!ring.mayHold(after: LogPosition(15), of: .everything))
    }

    @Test("what does not fit is dropped from the front, and then the log must be read")
    func dropping() throws {
        var ring = FeedRing(after: .start, maximumByteCount: 5000)
        let one = FeedScope.session(Session.ID("sess_one")!)
        for position in 1...20 as ClosedRange<UInt64> {
            ring.append(
                [FeedEvent(try Self.event(position, position.isMultiple(of: 2) ? "sess_one" : "sess_two"))],
                through: LogPosition(position))
        }
        #expect(ring.events(after: .start, of: one, limit: 99) == nil)
        #expect(ring.mayHold(after: .start, of: one))
        let kept = try #require(Self.positions(ring.events(after: ring.start, of: .everything, limit: 99)))
        #expect(kept == Array(ring.start.rawValue + 1...20))
        #expect((2...5).contains(kept.count))
        #expect(
            Self.positions(ring.events(after: ring.start, of: one, limit: 99)) == kept.filter { $0.isMultiple(of: 2) })
    }

    @Test("a redaction drops everything before it, which is then read from the log without what went")
    func redactions() throws {
        var ring = FeedRing(after: .start)
        ring.append(
            [FeedEvent(try Self.event(1, "sess_one")), FeedEvent(try Self.event(2, "sess_two"))],
            through: LogPosition(2))
        ring.append(
            [
                FeedEvent(try Self.event(3, "sess_one")),
                FeedEvent(try Self.event(4, "sess_one", .redacted(SessionRedacted()))),
                FeedEvent(try Self.event(5, "sess_two")),
            ], through: LogPosition(5))
        let two = FeedScope.session(Session.ID("sess_two")!)
        for position in 0...2 as ClosedRange<UInt64> {
            #expect(ring.events(after: LogPosition(position), of: .everything, limit: 9) == nil)
            #expect(ring.mayHold(after: LogPosition(position), of: two))
        }
        #expect(Self.positions(ring.events(after: LogPosition(3), of: .everything, limit: 9)) == [4, 5])
        #expect(Self.positions(ring.events(after: LogPosition(3), of: two, limit: 9)) == [5])
    }

    @Test("a start takes back the session's ending, and no other's")
    func starts() throws {
        var ring = FeedRing(after: .start)
        let endings = try ["sess_one", "sess_two"].enumerated().map { index, session in
            let position = UInt64(index + 1)
            return FeedEvent(
                try Self.event(position, session, Make.failed("once")),
                outlook: SessionOutlook(ending: LogPosition(position)))
        }
        ring.append(endings, through: LogPosition(2))
        #expect(
            try endings.map { try $0.frames().map(\.type) } == [[.error, .notification], [.error, .notification]])
        ring.append([FeedEvent(try Self.event(3, "sess_one", Make.startRequested))], through: LogPosition(3))
        #expect(endings.map(\.endsSession) == [false, true])
        #expect(
            try endings.map { try $0.frames().map(\.type) } == [[.status, .notification], [.error, .notification]])
    }
}

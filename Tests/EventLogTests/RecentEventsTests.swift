import Dispatch
import EventLog
import StoreTesting
import Synchronization
import TestSupport
import Testing
import Tracking

@Suite struct RecentEventsTests {
    @Test(
        "what memory answers of the last events is what the database answers", arguments: 1...3 as ClosedRange<UInt64>)
    func equality(seed: UInt64) async throws {
        let folder = try TemporaryDirectory()
        var random = SeededGenerator(seed: seed)
        let directory = try DataDirectory(path: folder.path, address: "here")
        let warm = try LMDBEventStore(in: directory, options: .forTests)
        let streams = (0..<5).map { StreamID($0 < 3 ? .session : .telemetry, "sess_\($0)") }
        for index in 0..<300 {
            let stream = streams.randomElement(using: &random) ?? streams[0]
            // Some are compressed, and all together are more than stays in memory.
            let length = Int.random(in: 0...(index % 5 == 0 ? 100_000 : 300), using: &random)
            let texts = (0..<Int.random(in: 1...4, using: &random)).map {
                "\(index) \($0) " + String(repeating: "x", count: length)
            }
            _ = try await warm.append(.of(texts, to: stream, as: "\(index)"))
        }
        var answers: [Answer] = []
        for _ in 0..<300 {
            let question = Question(head: warm.head, streams: streams, &random)
            answers.append(Answer(question: question, given: try await question.ask(warm)))
        }
        await warm.close()
        directory.unlock()
        let again = try DataDirectory(path: folder.path, address: "here")
        let cold = try LMDBEventStore(in: again, options: .forTests)
        for answer in answers { #expect(try await answer.question.ask(cold) == answer.given, "\(answer.question)") }
        await cold.close()
        again.unlock()
    }

    @Test(
        "a stream is read without a gap or a repetition while its next events are on their way from the disk to its readers",
        arguments: [FailurePoint.journalSynced, .afterCommit, .beforeCommit])
    func betweenDiskAndHead(point: FailurePoint) async throws {
        let folder = try TemporaryDirectory()
        let directory = try DataDirectory(path: folder.path, address: "here")
        let gate = Gate(at: point)
        var options = EventLogOptions.forTests
        if point != .journalSynced { options.bounds.journalByteCount = 0 }
        options.reach = { gate.reach($0) }
        let store = try LMDBEventStore(in: directory, options: options)
        let stream = StreamID(.session, "sess_1")
        for index in 1...4 { _ = try await store.append(.of(["\(index)"], to: stream, as: "\(index)")) }
        gate.close()
        let waiting = Task { try await store.append(.of(["5", "6"], to: stream, as: "5")) }
        await gate.waitUntilReached()
        var versions: [UInt64] = []
        for version in 0...5 {
            let after = StreamVersion(UInt64(version))
            let end = try await store.version(of: stream)
            versions.append(end.rawValue)
            let events = try await store.events(in: stream, after: after, limit: .standard)
            let expected = version < end.rawValue ? Array(UInt64(version) + 1...end.rawValue) : []
            #expect(events.map(\.version.rawValue) == expected, "after \(version) through \(end)")
        }
        let receipt = try await store.command(try #require(CommandID("5")), in: stream)
        #expect((receipt == nil) == (versions.last == 4))
        gate.open()
        #expect(try await waiting.value.lastVersion == StreamVersion(6))
        #expect(try await store.events(in: stream, after: StreamVersion(4), limit: .standard).count == 2)
        await store.close()
        directory.unlock()
    }

    /// Holds the writer's thread at a point of writing.
    private final class Gate: Sendable {
        private let point: FailurePoint
        private let isClosed = Mutex(false)
        private let opened = DispatchSemaphore(value: 0)
        private let reached = AsyncStream<Void>.makeStream()

        init(at point: FailurePoint) { self.point = point }

        func close() { isClosed.withLock { $0 = true } }

        func open() {
            isClosed.withLock { $0 = false }
            opened.signal()
        }

        func reach(_ point: FailurePoint) {
            guard point == self.point, isClosed.withLock({ $0 }) else { return }
            reached.continuation.yield()
            opened.wait()
        }

        func waitUntilReached() async { _ = await reached.stream.first { _ in true } }
    }

    private struct Answer {
        var question: Question
        var given: [RecordedEvent]
    }

    private enum Question: Sendable {
        case after(LogPosition, ReadLimit, EventFilter)
        case stream(StreamID, StreamVersion, ReadLimit)
        case position(LogPosition)

        init(head: LogPosition, streams: [StreamID], _ random: inout SeededGenerator) {
            let position = LogPosition(UInt64.random(in: 0...head.rawValue, using: &random))
            let limit = ReadLimit(
                count: Int.random(in: 1...400, using: &random), byteCount: Int.random(in: 1...500_000, using: &random))
            let stream = streams.randomElement(using: &random) ?? streams[0]
            let filters: [EventFilter] = [
                .all, .categories([.session]), .categories([.telemetry]), .streams([stream]),
            ]
            self =
                switch Int.random(in: 0..<3, using: &random) {
                case 0: .after(position, limit, filters.randomElement(using: &random) ?? .all)
                case 1: .stream(stream, StreamVersion(UInt64.random(in: 0...60, using: &random)), limit)
                default: .position(position)
                }
        }

        /// The events of a reader that goes on until it has read everything.
        func ask(_ store: LMDBEventStore) async throws -> [RecordedEvent] {
            switch self {
            case .after(var position, let limit, let filter):
                var events: [RecordedEvent] = []
                while position < store.head {
                    let batch = try await store.events(after: position, limit: limit, matching: filter)
                    events += batch.events
                    guard batch.through > position else { break }
                    position = batch.through
                }
                return events
            case .stream(let stream, let version, let limit):
                return try await store.events(in: stream, after: version, limit: limit)
            case .position(let position):
                return try await store.event(at: position).map { [$0] } ?? []
            }
        }
    }
}

import EventLog
import StoreTesting
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

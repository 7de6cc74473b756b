import EventLog
import SwiftProtobuf
import Tracking

/// Writes logs of many sessions straight into a data directory, event by event, as a server would have.
enum ScaleLog {
    /// The number of parameters and of metrics of each session.
    static let width = 20

    // Everything about a session follows from its number.
    static func name(_ number: Int) -> String {
        "run-\(number)-\(["amber", "birch", "cedar", "delta", "ember"][number % 5])"
    }
    static func experiment(_ number: Int) -> String { "experiment-\(number % 50)" }
    static func tag(_ number: Int) -> String { "tag-\(number % 200)" }

    /// A session's parameters: of four, one is a number of its own, one a small integer, one a word, one of three numbers.
    static func params(_ number: Int) -> [Parameter] {
        var generator = SeededGenerator(seed: UInt64(number) + 1)
        return (0..<width).map { parameter in
            .with {
                $0.name = "p\(parameter)"
                switch parameter % 4 {
                case 0: $0.number = Double.random(in: 0..<1, using: &generator)
                case 1: $0.integer = Int64(number % (parameter + 2))
                case 2: $0.text = ["adam", "adamw", "sgd", "lion"][(number / (parameter + 1)) % 4]
                default: $0.number = [0.1, 0.01, 0.001][(number / (parameter + 1)) % 3]
                }
            }
        }
    }

    /// A session's metrics: the first half by epoch, the others by step.
    static func metrics(_ number: Int) -> [Metric] {
        var generator = SeededGenerator(seed: UInt64(number) + 1_000_000_007)
        return (0..<width).map { metric in
            .with {
                $0.name = metric < width / 2 ? "val/m\(metric)" : "train/m\(metric)"
                $0.value = Double.random(in: 0..<1, using: &generator)
            }
        }
    }

    /// Appends `count` sessions with parameters, an epoch and points of all metrics; most of them have ended.
    static func writeSessions(_ count: Int, to directory: String) async throws {
        try await write(to: directory) { store in
            try await withThrowingTaskGroup(of: Void.self) { group in
                let writers = 64
                for writer in 0..<writers {
                    group.addTask {
                        for number in stride(from: writer, to: count, by: writers) {
                            try await append(session: number, to: store)
                        }
                    }
                }
                try await group.waitForAll()
            }
        }
    }

    /// Appends `pointCount` points of one metric for each of `sessionCount` sessions, 1,000 a report.
    static func writePoints(_ pointCount: Int, sessionCount: Int, to directory: String) async throws {
        try await write(to: directory) { store in
            try await withThrowingTaskGroup(of: Void.self) { group in
                let writers = min(sessionCount, 64)
                for writer in 0..<writers {
                    group.addTask {
                        for number in stride(from: writer, to: sessionCount, by: writers) {
                            try await append(points: pointCount, ofSession: number, to: store)
                        }
                    }
                }
                try await group.waitForAll()
            }
        }
    }

    /// Appends a change of the notes of each of the sessions with `numbers`, and returns the position before the first one.
    static func writeNotes(_ numbers: some Sequence<Int> & Sendable, to directory: String) async throws -> LogPosition {
        try await write(to: directory) { store in
            let before = store.head
            var generator = SeededGenerator(seed: before.rawValue)
            var waiting: [Int] = []
            for number in numbers {
                waiting.append(number)
                if waiting.count == 64 { try await note(&waiting, in: store, &generator) }
            }
            try await note(&waiting, in: store, &generator)
            return before
        }
    }

    /// Appends a change of the notes of each of `sessions`, at once, and empties the list.
    private static func note(
        _ sessions: inout [Int], in store: LMDBEventStore, _ generator: inout SeededGenerator
    ) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in sessions {
                var own = SeededGenerator(seed: generator.next())
                group.addTask {
                    let noted = SessionEvent.noted(.with { $0.notes = "Looked at again: seed \(number)." })
                    try await append([try noted.encoded()], to: session(number).stream, store, &own)
                }
            }
            try await group.waitForAll()
        }
        sessions = []
    }

    /// The id of the session with `number`.
    static func session(_ number: Int) -> Session.ID {
        Session.ID(createdBy: CommandID(random: Array(Digest(hashing: Array("\(number)".utf8)).bytes.prefix(16))))
    }

    private static func write<Result: Sendable>(
        to directory: String, _ body: @Sendable (LMDBEventStore) async throws -> Result
    ) async throws -> Result {
        let folder = try DataDirectory(path: directory, address: "pivot-bench")
        let store = try LMDBEventStore(in: folder)
        let result = try await body(store)
        await store.close()
        folder.unlock()
        return result
    }

    private static func append(session number: Int, to store: LMDBEventStore) async throws {
        var generator = SeededGenerator(seed: UInt64(number) + 1)
        let id = session(number)
        let metrics = metrics(number)
        var events: [SessionEvent] = [
            .created(created(number)),
            .startRequested(StartRequested()),
            .attemptClaimed(
                .with {
                    $0.attempt = 1
                    $0.host = "node-\(number % 16)"
                    $0.leaseSeconds = 3600
                }),
            .epochCompleted(
                .with {
                    $0.attempt = 1
                    $0.epoch = 1
                    $0.step = 100
                    $0.metrics = Array(metrics.prefix(width / 2))
                }),
        ]
        let points = TelemetryEvent.metricsReported(
            .with {
                $0.attempt = 1
                $0.series = metrics.dropFirst(width / 2).map { metric in
                    .with {
                        $0.name = metric.name
                        $0.stepDeltas = [1, 1, 1]
                        $0.values = [2 * metric.value, metric.value / 2, metric.value]
                    }
                }
            })
        switch number % 20 {
        case 0: break
        case 1:
            events.append(
                .failed(
                    .with {
                        $0.attempt = 1; $0.message = "The loss is not finite."
                    }))
        default:
            events.append(
                .completed(
                    .with {
                        $0.attempt = 1; $0.epoch = 1; $0.step = 100
                    }))
        }
        try await append(try events.map { try $0.encoded() }, to: id.stream, store, &generator)
        try await append([try points.encoded()], to: id.telemetry, store, &generator)
    }

    private static func created(_ number: Int) -> SessionCreated {
        var created = SessionCreated()
        created.name = name(number)
        created.experiment = experiment(number)
        created.group = "group-\(number % 1000)"
        created.tags = [tag(number), number % 2 == 0 ? "even" : "odd"]
        created.notes = "Sweep \(number / 100): what happens with seed \(number)?"
        created.trainerKind = "external"
        created.configuration = #"{"trainer":{"kind":"external"},"train":{"epochs":1,"seed":\#(number)}}"#
        created.configurationDigest = Digest(hashing: Array(created.configuration.utf8)).description
        created.plannedEpochs = 1
        created.params = params(number)
        return created
    }

    private static func append(points count: Int, ofSession number: Int, to store: LMDBEventStore) async throws {
        var generator = SeededGenerator(seed: UInt64(number) + 1)
        let id = session(number)
        try await append(
            [
                try SessionEvent.created(created(number)).encoded(),
                try SessionEvent.attemptClaimed(.with { $0.attempt = 1 }).encoded(),
            ], to: id.stream, store, &generator)
        for first in stride(from: 0, to: count, by: 1000) {
            let event = TelemetryEvent.metricsReported(
                .with {
                    $0.attempt = 1
                    $0.series = [
                        .with {
                            $0.name = "loss"
                            $0.stepDeltas =
                                [Int64(first) + 1] + [Int64](repeating: 1, count: min(1000, count - first) - 1)
                            $0.values = $0.stepDeltas.map { _ in Double.random(in: 0..<1, using: &generator) }
                        }
                    ]
                })
            try await append([try event.encoded()], to: id.telemetry, store, &generator)
        }
    }

    private static func append(
        _ events: [NewEvent], to stream: StreamID, _ store: LMDBEventStore, _ generator: inout SeededGenerator
    ) async throws {
        let words = (generator.next(), generator.next())
        let command = withUnsafeBytes(of: words) { CommandID(random: Array($0)) }
        _ = try await store.append(
            AppendRequest(
                stream: stream, events: events, expecting: .any, commandID: command,
                commandDigest: Digest(hashing: Array(stream.description.utf8)), actor: "benchmark"))
    }
}

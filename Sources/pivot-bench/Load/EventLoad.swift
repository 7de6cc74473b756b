import EventLog
import Glibc
import SwiftProtobuf
import Tracking

/// A log of many small events, each of a command of its own, and clients that read it over HTTP.
enum EventLoad {
    /// The sessions that the events belong to.
    static let sessionCount = 200

    /// The id of a session.
    static func session(_ index: Int) -> Session.ID {
        Session.ID(createdBy: CommandID(random: [UInt8](repeating: UInt8(truncatingIfNeeded: index), count: 16)))
    }

    /// Writes a log of `eventCount` events into the new folder `folder`: of each session, epochs and points by turns.
    static func write(_ eventCount: Int, in folder: String) async throws {
        let directory = try DataDirectory(path: folder, address: "benchmark")
        let store = try LMDBEventStore(in: directory)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for index in 0..<sessionCount {
                group.addTask { try await write(eventCount / sessionCount, of: session(index), index, to: store) }
            }
            try await group.waitForAll()
        }
        await store.close()
        directory.unlock()
    }

    private static func write(
        _ count: Int, of session: Session.ID, _ index: Int, to store: any EventStore
    ) async throws {
        let beginning: [SessionEvent] = [
            .created(
                .with {
                    $0.name = "session \(index)"
                    $0.configuration = "{}"
                    $0.trainerKind = "external"
                    $0.plannedEpochs = 1000
                }),
            .startRequested(StartRequested()),
            .attemptClaimed(
                .with {
                    $0.attempt = 1
                    $0.leaseSeconds = 3600
                }),
            .attemptStarted(
                .with {
                    $0.attempt = 1
                    $0.firstEpoch = 1
                    $0.firstStep = 1
                }),
        ]
        for number in 0..<max(count, beginning.count) {
            let event: NewEvent
            var stream = session.stream
            if number < beginning.count {
                event = try beginning[number].encoded()
            } else if number % 2 == 0 {
                event = try epoch(UInt32(number / 2 - 1)).encoded()
            } else {
                stream = session.telemetry
                event = try point(Int64(number)).encoded()
            }
            let id = CommandID(random: withUnsafeBytes(of: (UInt64(index), UInt64(number))) { Array($0) })
            _ = try await store.append(
                AppendRequest(
                    stream: stream, events: [event], expecting: .any, commandID: id,
                    commandDigest: Digest(hashing: event.payload), actor: "trainer"))
        }
    }

    private static func epoch(_ number: UInt32) -> SessionEvent {
        let loss = 1 / Double(number + 1)
        return .epochCompleted(
            .with { epoch in
                epoch.attempt = 1
                epoch.epoch = number
                epoch.step = 100 * UInt64(number)
                epoch.metrics = [("learning_rate", 0.001), ("train_loss", loss), ("val_loss", 1.1 * loss)].map {
                    metric in
                    .with {
                        $0.name = metric.0
                        $0.value = metric.1
                    }
                }
            })
    }

    private static func point(_ step: Int64) -> TelemetryEvent {
        .metricsReported(
            .with {
                $0.attempt = 1
                $0.series = [
                    .with {
                        $0.name = "loss"
                        $0.stepDeltas = [step]
                        $0.values = [1 / Double(step)]
                        $0.timeDeltas = [1_760_000_000_000_000 + step]
                    }
                ]
            })
    }

    /// Reads `path` as lines or as messages to the end; returns how many came and the seconds that it took.
    static func read(_ path: String, asLines: Bool, port: Int) throws -> (eventCount: Int, seconds: Double) {
        let accept = asLines ? "application/x-ndjson" : "application/x-protobuf"
        let connection = try HTTPConnection(port: port)
        var counter = asLines ? Counter.lines(0) : .messages(count: 0, length: 0, shift: 0, rest: 0)
        let begin = ContinuousClock.now
        var answer = try ChunkedAnswer(
            of: HTTPRequest("GET", path, headers: ["Accept: \(accept)"]), over: connection)
        guard answer.status == 200 else { throw BenchmarkError("\(path) was answered with \(answer.status).") }
        try answer.read { counter.take($0) }
        return (counter.count, begin.duration(to: .now).seconds)
    }

    /// Counts events as they come.
    private enum Counter {
        case lines(Int)
        /// The messages so far; of the present one its length as far as it came, and its bytes that are still to come.
        case messages(count: Int, length: Int, shift: Int, rest: Int)

        var count: Int {
            switch self {
            case .lines(let count): count
            case .messages(let count, _, _, _): count
            }
        }

        mutating func take(_ bytes: UnsafeRawBufferPointer) {
            switch self {
            case .lines(var count):
                var place = 0
                while place < bytes.count,
                    let end = memchr(bytes.baseAddress! + place, 10, bytes.count - place)
                {
                    count += 1
                    place = UnsafeRawPointer(end) - bytes.baseAddress! + 1
                }
                self = .lines(count)
            case .messages(var count, var length, var shift, var rest):
                var place = 0
                while place < bytes.count {
                    guard rest == 0 else {
                        let taken = min(rest, bytes.count - place)
                        place += taken
                        rest -= taken
                        if rest == 0 { count += 1 }
                        continue
                    }
                    let byte = Int(bytes[place])
                    place += 1
                    length |= (byte & 0x7F) << shift
                    shift += 7
                    guard byte < 0x80 else { continue }
                    (rest, length, shift) = (length, 0, 0)
                }
                self = .messages(count: count, length: length, shift: shift, rest: rest)
            }
        }
    }
}

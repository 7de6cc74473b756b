import Glibc
import LMDB
import Tracking

/// Measures a log on the disk it is given: durable appends with some producers, and a read of everything.
package enum EventLogBenchmark {
    /// What was measured.
    package struct Report: Sendable, CustomStringConvertible {
        package var producers: Int
        package var appends: Int
        package var appendsPerSecond: Double
        package var readEventsPerSecond: Double
        /// The time from an append's begin to its acknowledgement.
        package var medianLatency: Duration
        package var latency99: Duration
        package var bytesPerEvent: Double
        /// The processor time of the whole process, which other processes do not lengthen.
        package var processorTimePerAppend: Duration
        package var processorTimePerRead: Duration

        package var description: String {
            func whole(_ value: Double) -> String { String(Int(value)) }
            func milliseconds(_ duration: Duration) -> String {
                let (seconds, attoseconds) = duration.components
                return String(Double(seconds * 1_000_000_000 + attoseconds / 1_000_000_000) / 1e6) + " ms"
            }
            return
                "\(producers) producers: \(whole(appendsPerSecond)) appends/s, median \(milliseconds(medianLatency)), "
                + "99 % \(milliseconds(latency99)), \(whole(readEventsPerSecond)) events/s read, "
                + "\(whole(bytesPerEvent)) bytes an event; processor time \(milliseconds(processorTimePerAppend)) an append, "
                + "\(milliseconds(processorTimePerRead)) a read"
        }
    }

    /// Makes `appends` appends with `producers` tasks, each to a stream of its own and each waiting for its acknowledgement
    /// before the next, then reads everything. An append has `eventsPerAppend` events of 200 random bytes.
    package static func run(
        in directory: DataDirectory, producers: Int, appends: Int, eventsPerAppend: Int = 1
    ) async throws -> Report {
        let store = try LMDBEventStore(in: directory)
        let clock = ContinuousClock()
        let share = appends / producers
        let begin = clock.now
        let processorBegin = processorTime()
        let latencies = try await withThrowingTaskGroup(of: [Duration].self) { group in
            for producer in 0..<producers {
                group.addTask {
                    var latencies: [Duration] = []
                    let stream = StreamID(.telemetry, "sess_\(producer)")
                    let digest = Digest(hashing: Array("\(producer)".utf8))
                    var generator = SystemRandomNumberGenerator()
                    let payload = (0..<25).flatMap { _ in
                        withUnsafeBytes(of: generator.next() as UInt64) { Array($0) }
                    }
                    let event = NewEvent(type: "metrics_reported", payload: payload)
                    let events = Array(repeating: event, count: eventsPerAppend)
                    for _ in 0..<share {
                        let sent = clock.now
                        let command = CommandID(random: Salt(using: &generator).bytes)
                        _ = try await store.append(
                            AppendRequest(
                                stream: stream, events: events,
                                expecting: .any, commandID: command, commandDigest: digest, actor: "benchmark"))
                        latencies.append(clock.now - sent)
                    }
                    return latencies
                }
            }
            return try await group.reduce(into: []) { $0 += $1 }.sorted()
        }
        let written = clock.now
        let processorWritten = processorTime()
        var position = LogPosition.start
        while position < store.head {
            position = try await store.events(after: position, limit: ReadLimit(count: 10_000, byteCount: 8 << 20))
                .through
        }
        let read = clock.now
        let processorRead = processorTime()
        let count = share * producers
        let eventCount = count * eventsPerAppend
        let report = Report(
            producers: producers, appends: count, appendsPerSecond: Double(count) / seconds(written - begin),
            readEventsPerSecond: Double(eventCount) / seconds(read - written), medianLatency: latencies[count / 2],
            latency99: latencies[min(count * 99 / 100, count - 1)],
            bytesPerEvent: Double(try store.statistics().usedByteCount) / Double(eventCount),
            processorTimePerAppend: (processorWritten - processorBegin) / count,
            processorTimePerRead: (processorRead - processorWritten) / eventCount)
        await store.close()
        return report
    }

    private static func seconds(_ duration: Duration) -> Double {
        let (seconds, attoseconds) = duration.components
        return Double(seconds) + Double(attoseconds) / 1e18
    }

    private static func processorTime() -> Duration {
        var time = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
    }
}

import EventLog
import Tracking

/// Appends of one event of 200 random bytes, each producer to a stream of its own and waiting for its acknowledgement
/// before the next; then reads of them.
struct AppendLoad {
    /// The number of tasks that append at once.
    var producers: Int
    /// The number of appends that each of them makes.
    var appendsEach: Int

    struct Figures {
        var appendsPerSecond: Double
        /// Milliseconds from an append's begin to its acknowledgement.
        var medianLatency: Double
        /// Events a second when everything is read in batches.
        var readsPerSecond: Double
        /// Microseconds of the read of one event by its position, one after the other.
        var medianRead: Double
    }

    /// Runs everything once with a new log in `directory`.
    func run(in directory: DataDirectory) async throws -> Figures {
        let store = try LMDBEventStore(in: directory)
        let count = producers * appendsEach
        var began = ContinuousClock.now
        let latencies = try await withThrowingTaskGroup(of: [Double].self) { group in
            for producer in 0..<producers { group.addTask { try await append(to: store, producer) } }
            return try await group.reduce(into: []) { $0 += $1 }
        }
        let appendsPerSecond = Double(count) / (ContinuousClock.now - began).seconds
        began = ContinuousClock.now
        var position = LogPosition.start
        while position < store.head {
            position = try await store.events(after: position, limit: ReadLimit(count: 10_000, byteCount: 8 << 20))
                .through
        }
        let readsPerSecond = Double(count) / (ContinuousClock.now - began).seconds
        var reads: [Double] = []
        for index in 0..<2000 {
            let position = LogPosition(UInt64(index * 7919 % count + 1))
            began = ContinuousClock.now
            _ = try await store.event(at: position)
            reads.append((ContinuousClock.now - began).seconds)
        }
        await store.close()
        return Figures(
            appendsPerSecond: appendsPerSecond, medianLatency: Quantiles(latencies).at(0.5) * 1e3,
            readsPerSecond: readsPerSecond, medianRead: Quantiles(reads).at(0.5) * 1e6)
    }

    /// Makes a producer's appends; returns the seconds that each took.
    private func append(to store: any EventStore, _ producer: Int) async throws -> [Double] {
        let stream = StreamID(.telemetry, "sess_\(producer)")
        let digest = Digest(hashing: Array("\(producer)".utf8))
        var generator = SystemRandomNumberGenerator()
        let payload = (0..<200).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
        let events = [NewEvent(type: "metrics_reported", payload: payload)]
        var latencies: [Double] = []
        for _ in 0..<appendsEach {
            let began = ContinuousClock.now
            let words: (UInt64, UInt64) = (generator.next(), generator.next())
            _ = try await store.append(
                AppendRequest(
                    stream: stream, events: events, expecting: .any,
                    commandID: withUnsafeBytes(of: words) { CommandID(random: $0) }, commandDigest: digest,
                    actor: "benchmark"))
            latencies.append((ContinuousClock.now - began).seconds)
        }
        return latencies
    }
}

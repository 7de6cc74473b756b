import SwiftProtobuf
import Tracking
import TrackingClient

/// The points that a session's records add, of those that were chosen.
struct RecordPoints {
    private let session: String
    private let names: [NamePattern]
    private let allAttempts: Bool
    /// Which of the points that come count.
    private var timeline = SessionTimeline()

    init(of session: String, _ choice: PointChoice) {
        self.session = session
        names = choice.names
        allAttempts = choice.attempts == .all
    }

    /// Learns from the session's records up to `position` which points count from there on.
    mutating func learnTimeline(through position: UInt64, _ client: APIClient) async throws {
        timeline = SessionTimeline()
        var after: UInt64 = 0
        while true {
            let records = try await client.records(of: session, after: after, limit: 1000)
            for record in records where record.position <= position {
                guard record.type == SessionEvent.attemptStarted(AttemptStarted()).type else { continue }
                timeline.start(try AttemptStarted(serializedBytes: record.payload))
            }
            guard records.count == 1000, let last = records.last, last.position < position else { return }
            after = last.position
        }
    }

    /// The points of the next record, by metric.
    mutating func take(_ record: EventRecord) throws -> [(metric: String, points: MetricHistory)] {
        let time = Timestamp(rawValue: record.hasOccurredAt ? record.occurredAt : record.firstRecordedAt)
        if record.type == TelemetryEvent.metricsReported(MetricsReported()).type {
            let reported = try MetricsReported(serializedBytes: record.payload)
            return reported.series.filter { names.allow($0.name) }
                .map { ($0.name, points(of: $0, reported.attempt, time)) }
        }
        guard record.stream.hasPrefix("session/") else { return [] }
        switch try Self.event(of: record) {
        case .attemptStarted(let started): timeline.start(started)
        case .epochCompleted(let completed): return points(of: completed, time)
        default: break
        }
        return []
    }

    /// The event of a record; nil for a type that this version does not know, which has no points.
    static func event(of record: EventRecord) throws(EventCodecError) -> SessionEvent? {
        do throws(EventCodecError) {
            return try SessionEvent(type: record.type, payload: [UInt8](record.payload))
        } catch {
            if case .unknownType = error { return nil }
            throw error
        }
    }

    private func points(of series: MetricSeries, _ attempt: UInt32, _ time: Timestamp) -> MetricHistory {
        let columns = series.points(at: time)
        var points = MetricHistory(axis: .step)
        for place in columns.values.indices
        where allAttempts || timeline.counts(step: columns.steps[place], ofAttempt: attempt) {
            points.steps.append(columns.steps[place])
            points.times.append(columns.times[place])
            points.values.append(columns.values[place])
            points.attempts.append(attempt)
        }
        return points
    }

    private func points(of completed: EpochCompleted, _ time: Timestamp) -> [(String, MetricHistory)] {
        guard allAttempts || timeline.counts(epoch: completed.epoch, ofAttempt: completed.attempt) else { return [] }
        return completed.metrics.filter { names.allow($0.name) }.map { metric in
            var points = MetricHistory(axis: .epoch)
            points.epochs = [Int64(completed.epoch)]
            points.steps = [Int64(clamping: completed.step)]
            points.times = [time.rawValue]
            points.values = [metric.value]
            points.attempts = [completed.attempt]
            return (metric.name, points)
        }
    }
}

import ReadModels
import SwiftProtobuf
import Tracking

/// Measures how fast events become documents and documents become answers, on this machine and disk.
enum ReadModelLoad {
    /// The measurements.
    struct Figures: Sendable {
        /// The number of points that were applied and are asked for below.
        var pointCount = 0
        /// Points of one metric, reported 1,000 at a time, decoded and applied and committed, in a second.
        var pointsPerSecond = 0.0
        /// The same with ten metrics of 100 points in each report.
        var pointsPerSecondOfTenMetrics = 0.0
        /// Events of one point each, in a second, committed together by the thousand.
        var singlePointsPerSecond = 0.0
        /// Bytes of the points' database file for each point of the first kind.
        var bytesPerPoint = 0.0
        /// Milliseconds to answer all points in 1,000 buckets: the median and the slowest of 100 questions.
        var historyMilliseconds = 0.0
        var slowestHistoryMilliseconds = 0.0
        /// The same as of the position in the middle of the log.
        var pastHistoryMilliseconds = 0.0
        /// Milliseconds to open the documents again.
        var openingMilliseconds = 0.0
        /// Milliseconds to list the newest 100 of 10,000 sessions, and to filter all of them by a metric.
        var listMilliseconds = 0.0
        var filterMilliseconds = 0.0
    }

    /// Measures with about `pointCount` points, in folders below `folder`, which must be empty; they are left there.
    static func run(in folder: String, pointCount: Int = 1_000_000) throws -> Figures {
        var figures = Figures()
        figures.pointCount = pointCount / 1000 * 1000
        let options = ReadModelOptions()
        let single = try ReadModels(folder: folder + "/single", options: options)
        let reports = try reports(pointCount, series: 1, pointsPerEvent: 1000)
        figures.pointsPerSecond = try rate(of: reports, pointCount, into: single)
        figures.bytesPerPoint = try Double(single.usedByteCount()) / Double(figures.pointCount)
        let ten = try ReadModels(folder: folder + "/ten", options: options)
        figures.pointsPerSecondOfTenMetrics = try rate(
            of: try self.reports(pointCount, series: 10, pointsPerEvent: 1000), pointCount, into: ten)
        let singles = try ReadModels(folder: folder + "/singles", options: options)
        figures.singlePointsPerSecond = try rate(
            of: try self.reports(pointCount / 20, series: 1, pointsPerEvent: 1), pointCount / 20, into: singles)

        let query = MetricHistoryQuery(session: session, metric: "metric 0", axis: .step, maximumPoints: 4000)
        let times = try (0..<100).map { _ in try milliseconds { try ask(query, of: single, asOf: nil) } }.sorted()
        figures.historyMilliseconds = times[50]
        figures.slowestHistoryMilliseconds = times[99]
        let middle = LogPosition(single.position.rawValue / 2)
        figures.pastHistoryMilliseconds = try (0..<21).map { _ in
            try milliseconds { try ask(query, of: single, asOf: middle) }
        }.sorted()[10]
        figures.openingMilliseconds = try milliseconds {
            _ = try ReadModels(folder: folder + "/opened", options: options)
        }
        try measureLists(in: folder + "/lists", &figures)
        return figures
    }

    private static let session = Session.ID(createdBy: CommandID(random: [UInt8](repeating: 1, count: 16)))

    private static func ask(_ query: MetricHistoryQuery, of models: ReadModels, asOf: LogPosition?) throws {
        let history = try models.read(asOf: asOf) { try $0.history(query) }
        precondition(history.values.count > 1000)
    }

    private static func measureLists(in folder: String, _ figures: inout Figures) throws {
        let models = try ReadModels(folder: folder)
        var events: [RecordedEvent] = []
        for number in 0..<10_000 {
            let stream = StreamID(.session, "sess_\(number)")
            let created = SessionEvent.created(
                .with {
                    $0.name = "session \(number)"
                    $0.configuration =
                        #"{"train":{"batch_size":8,"epochs":90,"learning_rate":0.001,"seed":\#(number)}}"#
                    $0.plannedEpochs = 90
                })
            let epoch = SessionEvent.epochCompleted(
                .with {
                    $0.epoch = 1
                    $0.metrics = ["train_loss", "val_loss", "learning_rate", "val_dice"].map { name in
                        .with {
                            $0.name = name
                            $0.value = Double(number)
                        }
                    }
                })
            for event in [created, epoch] { events.append(recorded(try event.encoded(), stream, events.count + 1)) }
        }
        try models.apply(events)
        figures.listMilliseconds = try (0..<11).map { _ in
            try milliseconds { _ = try models.read { try $0.sessions(limit: 100) } }
        }.sorted()[5]
        var filter = SessionFilter()
        filter.condition = try SessionCondition("metrics.val_loss < 100 and params.train.learning_rate < 0.01")
        figures.filterMilliseconds = try (0..<5).map { _ in
            try milliseconds { _ = try models.read { try $0.sessions(filter, limit: 100) } }
        }.sorted()[2]
    }

    private static func rate(of events: [RecordedEvent], _ pointCount: Int, into models: ReadModels) throws -> Double {
        let batches = stride(from: 0, to: events.count, by: 1000).map {
            Array(events[$0..<min($0 + 1000, events.count)])
        }
        var smaller: [[RecordedEvent]] = []
        for batch in batches {  // at most 4 MiB of payload, as when following a log
            let perBatch = max(1, (4 << 20) / max(batch[0].payload.count, batch[batch.count - 1].payload.count))
            smaller += stride(from: 0, to: batch.count, by: perBatch).map {
                Array(batch[$0..<min($0 + perBatch, batch.count)])
            }
        }
        let elapsed = try milliseconds { for batch in smaller { try models.apply(batch) } }
        return Double(pointCount) / elapsed * 1000
    }

    /// A session and reports of its metrics, the points spread evenly over `series`.
    private static func reports(_ pointCount: Int, series: Int, pointsPerEvent: Int) throws -> [RecordedEvent] {
        let created = SessionEvent.created(.with { $0.name = "benchmark" })
        var events = [recorded(try created.encoded(), session.stream, 1)]
        var state: UInt64 = 1
        let perSeries = pointsPerEvent / series
        for report in 0..<(pointCount / pointsPerEvent) {
            let event = TelemetryEvent.metricsReported(
                .with {
                    $0.attempt = 1
                    $0.series = (0..<series).map { number in
                        .with {
                            $0.name = "metric \(number)"
                            let first = Int64(report * perSeries)
                            $0.stepDeltas = [first + 1] + [Int64](repeating: 1, count: perSeries - 1)
                            $0.timeDeltas =
                                [1_700_000_000_000_000 + first * 20_000]
                                + (1..<max(perSeries, 1)).map { 20_000 + Int64($0 % 7) - 3 }
                            $0.values = (0..<perSeries).map { _ in
                                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                                return Double(state >> 11) / Double(1 << 53)
                            }
                        }
                    }
                })
            events.append(recorded(try event.encoded(), session.telemetry, events.count + 1))
        }
        return events
    }

    private static func recorded(_ event: NewEvent, _ stream: StreamID, _ position: Int) -> RecordedEvent {
        RecordedEvent(
            position: LogPosition(UInt64(position)), stream: stream, version: StreamVersion(UInt64(position)),
            id: EventID(bytes: [UInt8](repeating: 0, count: 16)), type: event.type, schemaVersion: event.schemaVersion,
            recordedAt: Timestamp(rawValue: 1_700_000_000_000_000 + Int64(position)), occurredAt: nil,
            actor: "benchmark", causation: nil, payloadDigest: Digest(hashing: []), payload: event.payload)
    }

    private static func milliseconds(_ body: () throws -> Void) rethrows -> Double {
        let elapsed = try ContinuousClock().measure(body).components
        return Double(elapsed.seconds) * 1e3 + Double(elapsed.attoseconds) / 1e15
    }
}

import API
import Application
import EventLog
import Hummingbird
package import Tracking
import WebServer

/// What a trainer measures while it trains, and what is read of it: step metrics, log lines, host readings.
struct TelemetryEndpoints {
    let tracker: Tracker

    var all: [Endpoint] {
        [
            Endpoint(.reportMetrics, metrics), Endpoint(.reportLogs, logs),
            Endpoint(.reportHostReadings, hostReadings), Endpoint(.getLogs, getLogs),
            Endpoint(.getHostReadings, getHostReadings),
        ]
    }

    @Sendable private func metrics(_ call: Call) async throws -> Response {
        let (bytes, isProtobuf) = try await call.report(of: .reportMetrics)
        let report = isProtobuf ? try MetricsScan(protobuf: bytes) : try MetricsScan(json: bytes)
        return try await append(
            call, attempt: report.attempt, commandID: report.commandID, accepted: report.pointCount
        ) { _ in report.events }
    }

    @Sendable private func logs(_ call: Call) async throws -> Response {
        let (bytes, isProtobuf) = try await call.report(of: .reportLogs)
        let report = isProtobuf ? try LogLines(protobuf: bytes) : try LogLines(json: bytes)
        return try await append(
            call, attempt: report.attempt, commandID: report.commandID, accepted: report.lineCount,
            events: report.events)
    }

    @Sendable private func hostReadings(_ call: Call) async throws -> Response {
        let (bytes, isProtobuf) = try await call.report(of: .reportHostReadings)
        let report = isProtobuf ? try HostReadings(protobuf: bytes) : try HostReadings(json: bytes)
        return try await append(
            call, attempt: report.attempt, commandID: report.commandID, accepted: report.readingCount,
            events: report.events)
    }

    /// Stands for the server's own time where repeats of a report are compared.
    private static let anyTime = Timestamp(rawValue: 1)

    /// Appends what an attempt measured.
    ///
    /// - Parameter events: The events of a report whose entries without a time were measured at the one given.
    private func append(
        _ call: Call, attempt: UInt32, commandID: String?, accepted: Int, events: (Timestamp) -> [TelemetryEvent]
    ) async throws -> Response {
        let speaker = try await tracker.attempts.speaker(
            for: try call.sessionID(), token: call.leaseToken, claimed: attempt)
        let encoded = try events(tracker.core.now()).map { try $0.encoded() }
        let identity = try call.identity(bodyCommandID: commandID, actor: "trainer") {
            try events(Self.anyTime).flatMap { event in
                let event = try event.encoded()
                return Array(event.type.utf8) + event.payload
            }
        }
        return .receipt(
            try await tracker.telemetry.append(encoded, entryCount: accepted, by: speaker, as: identity))
    }

    @Sendable private func getLogs(_ call: Call) async throws -> Response {
        let session = try call.sessionID()
        let after = UInt64(try call.query.integer("after", in: 0...Int.max) ?? 0)
        return .read(
            try await tracker.queries.logLines(
                of: session, after: after, limit: try call.query.limit(maximum: 1000) ?? 100, rank: try call.rank(),
                try call.freshness())
        ) { page in
            var list = LogLineList()
            list.sessionID = session.text
            list.lines = page.lines.map { LogLineInfo($0) }
            list.total = Int(clamping: page.total)
            list.lastLine = Int(clamping: page.lines.last?.number ?? after)
            return list
        }
    }

    @Sendable private func getHostReadings(_ call: Call) async throws -> Response {
        let session = try call.sessionID()
        return .read(
            try await tracker.queries.hostReadings(
                of: session, rank: try call.rank(),
                maximumPoints: try call.query.integer("max_points", in: 4...100_000), try call.freshness()),
            nonfinite: try call.query.nonfinite()
        ) { _, readings in
            var history = HostReadingHistory()
            history.sessionID = session.text
            history.series = readings.map { reading in
                var series = HostReadingHistory.Series()
                series.name = reading.name
                series.rank = Int(reading.rank)
                series.host = reading.host.nonEmpty
                series.times = reading.times.map { Timestamp(rawValue: $0) }
                series.values = reading.values
                return series
            }
            return history
        }
    }
}

extension Call {
    /// The process of a distributed training that is asked for.
    fileprivate func rank() throws -> UInt32? { try query.integer("rank", in: 0...65_535).map { UInt32($0) } }
}

extension LogLineInfo {
    package init(_ line: LogPage.Line) {
        self.init()
        self.line = Int(clamping: line.number)
        time = Timestamp(rawValue: line.time)
        text = line.text
        source = line.source
        level = line.level.nonEmpty
        attempt = Int(line.attempt)
        rank = Int(line.rank)
    }
}

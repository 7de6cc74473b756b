import API
import Application
import EventLog
import Hummingbird
package import Tracking
import WebServer

/// Takes and shows what a trainer measures while it trains: step metrics, log lines, host readings.
struct TelemetryEndpoints {
    let tracker: Tracker

    var all: [Endpoint] {
        [
            Endpoint(.reportMetrics) { try await append($0, .reportMetrics, MetricsScan.self) },
            Endpoint(.reportLogs) { try await append($0, .reportLogs, LogLines.self) },
            Endpoint(.reportHostReadings) { try await append($0, .reportHostReadings, HostReadings.self) },
            Endpoint(.getLogs, getLogs), Endpoint(.getHostReadings, getHostReadings),
        ]
    }

    /// Stands for the server's own time where repeats of a report are compared.
    private static let anyTime = Timestamp(rawValue: 1)

    /// Appends what an attempt measured.
    private func append<Report: TelemetryReport>(
        _ call: Call, _ operation: API.Operation, _ type: Report.Type
    ) async throws -> Response {
        let (bytes, isProtobuf) = try await call.report(of: operation)
        let report = isProtobuf ? try Report(protobuf: bytes) : try Report(json: bytes)
        let speaker = try await tracker.attempts.speaker(
            for: try call.sessionID(), token: call.leaseToken, claimed: report.attempt)
        let events = try report.events(now: tracker.core.now()).map { try $0.encoded() }
        let identity = try call.identity(bodyCommandID: report.commandID, actor: "trainer") {
            let compared =
                report.needsTime ? try report.events(now: Self.anyTime).map { try $0.encoded() } : events
            return compared.flatMap { Array($0.type.utf8) + $0.payload }
        }
        return .receipt(
            try await tracker.telemetry.append(events, entryCount: report.entryCount, by: speaker, as: identity))
    }

    @Sendable private func getLogs(_ call: Call) async throws -> Response {
        let session = try call.sessionID()
        var query = LogLineQuery()
        query.after = UInt64(try call.query.integer("after", in: 0...Int.max) ?? 0)
        query.limit = try call.query.limit(maximum: 1000) ?? 100
        query.rank = try call.rank()
        query.source = call.query.text("source")
        if let source = query.source, !LogReport.sources.contains(source) {
            throw FieldError(
                "source", "must be one of \(LogReport.sources.joined(separator: ", ")), not '\(source.prefix(80))'")
        }
        query.text = try call.query.words("contains", bytes: 1...1024)
        return .read(try await tracker.queries.logLines(of: session, query, try call.freshness())) { page in
            var list = LogLineList()
            list.sessionID = session.text
            list.lines = page.lines.map { LogLineInfo($0) }
            list.total = Int(clamping: page.total)
            list.lastLine = Int(clamping: page.next)
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
        redactedBy = line.redactedBy?.rawValue
    }
}

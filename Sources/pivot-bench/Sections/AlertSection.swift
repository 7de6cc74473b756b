import Foundation
import JSON
import SwiftProtobuf
import Tracking

/// What alert rules cost: reports while a hundred rules watch them, and the fold of points alone.
struct AlertSection {
    let context: BenchmarkContext

    private static let ruleCount = 100

    func rows() async throws -> [BenchmarkRow] {
        let server = try await ServerProcess(context.server, folder: try context.freshFolder("alerts"))
        defer { server.stop() }
        context.say("reports without and with \(Self.ruleCount) alert rules")
        let connection = try HTTPConnection(port: server.port)
        for rule in try rules(over: connection) {
            _ = try exchange(connection, "DELETE", "/api/v1/alerts/rules/\(rule)", nil)
        }
        let without = try measure(server)
        for number in 0..<Self.ruleCount {
            _ = try exchange(
                connection, "POST", "/api/v1/alerts/rules",
                [
                    "name": .string("rule \(number)"), "metric": "loss", "condition": "greater_than",
                    "threshold": .number(2 + Double(number)),
                ])
        }
        let with = try measure(server)
        return [
            Section.alerts.row(
                "batches of 1,000, protobuf, 16 clients, 100 rules", with, "points/s", target: .atLeastRatio(0.95),
                beside: .init(what: "the same without a rule", figure: without)),
            Section.alerts.row(
                "rules caught up after them", try secondsUntilCaughtUp(connection), "s", target: .atMost(60)),
            try fold(),
        ]
    }

    private func measure(_ server: ServerProcess) throws -> Double {
        let connection = try HTTPConnection(port: server.port)
        let templates = try (0..<16).map { index in
            try ReportTemplate(
                try BenchmarkSession(over: connection, name: "alerts \(index)"), form: .protobuf, pointCount: 1000,
                seed: UInt64(index + 1))
        }
        var load = try ClientLoad<ReportTemplate>(port: server.port, scripts: templates)
        _ = try load.run(seconds: 0.2)
        let result = try load.run(seconds: context.loadSeconds)
        _ = try server.secondsUntilCaughtUp()
        return result.pointsPerSecond
    }

    private func rules(over connection: HTTPConnection) throws -> [String] {
        let list = try exchange(connection, "GET", "/api/v1/alerts/rules", nil)
        return list["rules"]?.arrayValue?.compactMap { $0["rule_id"]?.stringValue } ?? []
    }

    private func secondsUntilCaughtUp(_ connection: HTTPConnection) throws -> Double {
        let begin = ContinuousClock.now
        while true {
            let health = try exchange(connection, "GET", "/api/v1/health/detailed", nil)
            guard let lag = health["components"]?["alerts"]?["lag"]?.integerValue else {
                throw BenchmarkError("The server does not say how far its alert rules are: \(health)")
            }
            if lag == 0 { return begin.duration(to: .now).seconds }
            usleep(10_000)
        }
    }

    private func exchange(
        _ connection: HTTPConnection, _ method: String, _ path: String, _ body: JSONValue?
    ) throws -> JSONValue {
        let request = HTTPRequest(
            method, path, contentType: body == nil ? nil : "application/json", body: body?.encoded() ?? [])
        let answer = try connection.exchange(request)
        return try JSONValue.parse(answer.body)
    }

    /// Points through a hundred rules on one core, beside the decoding of the same records.
    private func fold() throws -> BenchmarkRow {
        context.say("the fold of points by \(Self.ruleCount) rules")
        let payload: [UInt8] = try MetricsReported.with {
            $0.attempt = 1
            $0.series = [
                .with {
                    $0.name = "loss"
                    $0.stepDeltas = [Int64](repeating: 1, count: 1000)
                    $0.values = (0..<1000).map { Double($0) / 1000 }
                }
            ]
        }.serializedBytes()
        var records = try (0..<Self.ruleCount).map { number in
            let settings = AlertRuleSettings.with {
                ($0.name, $0.source, $0.metric) = ("rule \(number)", "metric", "loss")
                ($0.condition, $0.threshold) = ("greater_than", 2 + Double(number))
            }
            return Self.record(
                number + 1, try AlertRuleEvent.created(.with { $0.settings = settings }).encoded(),
                StreamID(.alertRule, "rule_\(number)"))
        }
        let session = StreamID(.session, "sess_a")
        records.append(
            Self.record(records.count + 1, try SessionEvent.attemptClaimed(.with { $0.attempt = 1 }).encoded(), session)
        )
        let report = NewEvent(
            type: TelemetryEvent.metricsReported(MetricsReported()).type, schemaVersion: 1, payload: payload,
            occurredAt: nil, priority: .report)
        let reportCount = context.isQuick ? 100 : 1000
        for _ in 0..<reportCount {
            records.append(Self.record(records.count + 1, report, StreamID(.telemetry, "sess_a")))
        }
        let begin = ContinuousClock.now
        for record in records.suffix(reportCount) { _ = try TelemetryEvent(record) }
        let decoding = Double(reportCount * 1000) / begin.duration(to: .now).seconds
        var fold = AlertFold()
        let start = ContinuousClock.now
        for record in records {
            if fold.openScope(of: record) != nil {
                _ = fold.setScope(of: record.stream.identity, filtered: [], own: [])
            }
            _ = try fold.apply(record)
        }
        let rate = Double(reportCount * 1000) / start.duration(to: .now).seconds
        return Section.alerts.row(
            "points folded by 100 rules, one core", rate, "points/s", target: .atLeast(1_000_000),
            beside: .init(what: "decoding their records", figure: decoding))
    }

    private static func record(_ position: Int, _ event: NewEvent, _ stream: StreamID) -> RecordedEvent {
        RecordedEvent(
            position: LogPosition(UInt64(position)), stream: stream, version: StreamVersion(UInt64(position)),
            id: EventID(bytes: [UInt8](repeating: 0, count: 16)), type: event.type, schemaVersion: 1,
            recordedAt: Timestamp(rawValue: Int64(position) * 1000), occurredAt: nil, actor: "bench", causation: nil,
            payloadDigest: Digest(hashing: []), payload: event.payload)
    }
}

import ReadModels
import SwiftProtobuf
import Tracking

/// The answers of every query, as text: two equal states give equal texts.
enum Everything {
    static func text(of models: ReadModels, asOf: LogPosition? = nil) throws -> String {
        try models.read(asOf: asOf) { snapshot in
            var lines: [String] = []
            var filter = SessionFilter()
            filter.includesArchived = true
            let page = try snapshot.sessions(filter, order: SessionOrder(.name, isDescending: false), limit: 100)
            lines.append("sessions: \(page.total)")
            lines.append("queue: \(try snapshot.queue())")
            lines.append("counts: \(try snapshot.statusCounts().sorted { $0.key.rawValue < $1.key.rawValue })")
            lines.append("unreported: \(try snapshot.unreportedReproductions())")
            lines.append("latest: \(try snapshot.latestStartedSession()?.sessionID ?? "none")")
            for session in page.sessions.sorted(by: { $0.sessionID < $1.sessionID }) {
                lines.append(session.textFormatString())
                guard let id = Session.ID(session.sessionID) else { continue }
                for allAttempts in [false, true] {
                    for record in try snapshot.epochRecords(of: id, allAttempts: allAttempts) {
                        lines.append(record.textFormatString())
                    }
                    lines.append(
                        "latest two: \(try snapshot.epochRecords(of: id, latest: 2, allAttempts: allAttempts).count)")
                    for name in try snapshot.metricNames(of: id) {
                        lines.append("\(name)")
                        for axis in MetricHistoryQuery.Axis.allCases {
                            for maximum in [nil, 8, 40] {
                                let query = MetricHistoryQuery(
                                    session: id, metric: name.name, axis: axis, maximumPoints: maximum,
                                    allAttempts: allAttempts)
                                lines.append("\(try snapshot.history(query))")
                            }
                        }
                    }
                }
                if let session = try snapshot.session(id) {
                    lines.append("metrics: \(try snapshot.metricSummaries(of: session))")
                }
                for entry in try snapshot.checkpoints(of: id, includesSuperseded: true) {
                    lines.append(
                        "best \(entry.isBest), last \(entry.isLast), superseded \(entry.isSuperseded) "
                            + entry.document.textFormatString())
                }
                for artifact in try snapshot.artifacts(of: id, includesSuperseded: true) {
                    lines.append("superseded \(artifact.isSuperseded) \(artifact.document.textFormatString())")
                    for version in try snapshot.artifactVersions(of: artifact.document.path, in: id) {
                        lines.append(version.textFormatString())
                    }
                }
                lines.append("lines: \(try snapshot.logLines(of: id, limit: 1000))")
                lines.append("readings: \(try snapshot.hostReadings(of: id, maximumPoints: 12))")
                lines.append("record: \(record(try snapshot.trainingRecord(of: id, through: 9)))")
            }
            lines.append("checkpoints: \(try snapshot.checkpoints(of: nil).map(\.document.checkpointID))")
            lines.append("webhooks: \(try snapshot.webhooks().map { $0.textFormatString() })")
            for webhook in ["webhook_0", "webhook_1"] {
                let deliveries = try snapshot.deliveries(of: webhook, limit: 100, offset: 0) { _ in true }
                lines.append("deliveries: \(deliveries.map { $0.textFormatString() })")
            }
            lines.append("rules: \(try snapshot.alertRules().map { $0.textFormatString() })")
            let alerts = try snapshot.alerts(limit: 1000, offset: 0) { _ in true }
            lines.append("alerts: \(alerts.map { $0.textFormatString() }) \(try snapshot.alertCounts())")
            let told = try snapshot.notifications(limit: 1000, offset: 0) { _ in true }
            lines.append("notifications: \(told.notifications.map { $0.textFormatString() }) \(told.marks)")
            let models = try snapshot.models(limit: 100, offset: 0)
            for model in models.models {
                lines.append("model of \(models.total): \(model.textFormatString())")
                for (limit, offset) in [(1000, 0), (2, 1)] {
                    let changes = try snapshot.changes(of: model, limit: limit, offset: offset)
                    lines.append("changes: \(changes.map { $0.textFormatString() })")
                }
            }
            for session in ["sess_a", "sess_b", "sess_c"] {
                let one = try snapshot.aliases(ofSession: session, checkpoint: "ckpt_1")
                lines.append("aliased: \(try snapshot.aliases(ofSession: session)), of them \(one)")
            }
            lines.append("retention: \(try snapshot.retentionRules().map { $0.textFormatString() })")
            lines.append("digests: \(try snapshot.blobDigests().sorted())")
            return lines.joined(separator: "\n")
        }
    }

    /// A record with its dictionaries in order.
    private static func record(_ record: TrainingRecord) -> String {
        let points = record.points.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }
        let checkpoints = record.checkpoints.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }
        return "\(record.epochs.map { $0.textFormatString() }) \(points) \(checkpoints)"
    }
}

package import API
package import JSON
import Tracking
package import TrackingClient

/// The summary of a training that has ended.
package struct TrainingSummary: Sendable {
    package let session: SessionInfo
    package let best: CheckpointInfo?
    /// The alerts about the session, the newest first.
    package let alerts: [AlertInfo]
    private let address: ServerAddress

    package init(session: SessionInfo, best: CheckpointInfo?, alerts: [AlertInfo] = [], address: ServerAddress) {
        self.session = session
        self.best = best
        self.alerts = alerts
        self.address = address
    }

    /// Asks the server for the session, its checkpoints and its alerts.
    init(sessionID: String, client: APIClient) async throws(ClientError) {
        let checkpoints = try await client.checkpoints(session: sessionID).checkpoints
        self.init(
            session: try await client.session(sessionID),
            best: checkpoints.first { $0.isBest } ?? checkpoints.last,
            alerts: try await Self.alerts(sessionID, client), address: client.configuration.address)
    }

    /// The alerts about the session; none of a server that is older than alerts are.
    private static func alerts(_ session: String, _ client: APIClient) async throws(ClientError) -> [AlertInfo] {
        var query = AlertQuery()
        query.sessionID = session
        do throws(ClientError) {
            return try await client.alerts(query).alerts
        } catch {
            if case .refused(404, _) = error.code { return [] }
            throw error
        }
    }

    /// `{session, best_checkpoint?, alerts?, links}`.
    package var json: JSONValue {
        var document: JSONObject = ["session": session.json]
        if let best { document.append(best.json, forKey: "best_checkpoint") }
        if !alerts.isEmpty { document.append(.array(alerts.map(\.json)), forKey: "alerts") }
        var links = JSONObject()
        for (name, link) in self.links { links.append(.string(link), forKey: name.lowercased()) }
        document.append(.object(links), forKey: "links")
        return .object(document)
    }

    /// The sheet.
    package func lines(style: (String) -> String) -> [String] {
        var sheet = FactSheet()
        sheet.add("Session", "\(session.id) (\(session.name))")
        // A traceback stands by itself.
        let isLong = session.message?.contains(where: \.isNewline) ?? false
        sheet.add("Status", session.status.rawValue + (isLong ? "" : session.message.map { ": \($0)" } ?? ""))
        if isLong { sheet.add("Message", session.message) }
        var epochs = SessionPresentation.epochs(session.summary)
        if let started = session.startedAt, let ended = session.completedAt, ended >= started {
            epochs += " in \(HumanFormat.duration(ended.duration(since: started)))"
        }
        sheet.add("Epochs", epochs)
        sheet.add("Stopped early", session.earlyStopReason)
        let metrics = session.finalMetrics.isEmpty ? session.latestMetrics : session.finalMetrics
        for (index, metric) in metrics.filter({ $0.name != "epoch_seconds" }).enumerated() {
            sheet.add(index == 0 ? "Metrics" : "", "\(metric.name) \(HumanFormat.number(metric.value))")
        }
        if let best {
            let value = best.metricValue.map { ", \(best.metricName ?? "metric") \(HumanFormat.number($0))" } ?? ""
            sheet.add(best.isBest ? "Best checkpoint" : "Last checkpoint", "\(best.id), epoch \(best.epoch)\(value)")
            sheet.add("", "\(HumanFormat.size(best.byteCount)), \(best.digest)")
        }
        for (index, alert) in alerts.reversed().enumerated() {
            sheet.add(index == 0 ? "Alerts" : "", "\(alert.ruleName) (\(alert.severity.rawValue)): \(alert.message)")
        }
        for (name, link) in links { sheet.add(name, link) }
        return sheet.lines(nameStyle: style)
    }

    private var links: [(name: String, link: String)] {
        let base = address.text + "/api/v1"
        let metric = best?.metricName ?? session.monitor ?? "val_loss"
        return [
            ("Document", "\(base)/training/sessions/\(session.id)"),
            ("History", "\(base)/metrics/\(session.id)/history?metric_name=\(metric)"),
            ("API", "\(address.text)/docs"),
        ]
    }
}

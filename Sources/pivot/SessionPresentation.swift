import JSON
package import Tracking
package import TrackingClient

/// Sessions as tables and sheets.
package enum SessionPresentation {
    /// One row a session.
    package static func table(_ sessions: [SessionInfo], moment: (Timestamp?) -> String) -> TextTable {
        var table = TextTable([
            .init("SESSION"), .init("NAME", mayShrink: true), .init("STATUS"), .init("EPOCH", isNumeric: true),
            .init("DONE", isNumeric: true), .init("METRIC", mayShrink: true), .init("TAGS", mayShrink: true),
            .init("CREATED"),
        ])
        for session in sessions {
            table.add([
                session.id, session.name, session.isArchived ? "archived" : status(session),
                session.totalEpochs == 0 ? "\(session.currentEpoch)" : "\(session.currentEpoch)/\(session.totalEpochs)",
                session.totalEpochs == 0 && session.progress < 1 ? "" : HumanFormat.percent(session.progress),
                headline(session), session.tags.joined(separator: ", "), moment(session.createdAt),
            ])
        }
        return table
    }

    /// The epochs done, and of how many when that is known: `5 of 30`.
    package static func epochs(_ session: SessionInfo) -> String {
        let planned = session.json["planned_epochs"]?.integerValue ?? Int64(session.totalEpochs)
        return planned == 0 ? "\(session.currentEpoch)" : "\(session.currentEpoch) of \(planned)"
    }

    /// Everything about one session that people ask for first.
    package static func sheet(_ session: SessionInfo, moment: (Timestamp?) -> String) -> FactSheet {
        var sheet = FactSheet()
        sheet.add("Session", session.id)
        sheet.add("Name", session.name)
        sheet.add("Status", status(session) + (session.isArchived ? ", archived" : ""))
        sheet.add("Message", session.message)
        sheet.add(
            "Epochs",
            epochs(session) + (session.totalEpochs == 0 ? "" : ", \(HumanFormat.percent(session.progress)) done"))
        sheet.add("Stopped early", session.json["early_stop_reason"]?.stringValue)
        sheet.add("Metrics", metrics(session.finalMetrics.isEmpty ? session.latestMetrics : session.finalMetrics))
        sheet.add(
            "Not finite",
            session.json["nonfinite_metrics"]?.arrayValue?.compactMap(\.stringValue).joined(separator: ", "))
        sheet.add("Best checkpoint", session.bestCheckpointID)
        sheet.add("Trainer", session.json["trainer"]?.stringValue)
        sheet.add("Attempt", session.json["attempt"]?.integerValue.flatMap { $0 == 0 ? nil : String($0) })
        sheet.add("Host", session.json["host"]?.stringValue)
        sheet.add("Experiment", session.experiment)
        sheet.add("Group", session.json["group"]?.stringValue)
        sheet.add("Tags", session.tags.joined(separator: ", "))
        sheet.add("Notes", session.json["notes"]?.stringValue)
        sheet.add("Continues", session.parentCheckpointID)
        sheet.add("Parent", session.json["parent"]?.stringValue)
        if let original = session.json["reproduction"]?["session_id"]?.stringValue {
            sheet.add("Reproduces", original)
        }
        for report in session.json["reproductions"]?.arrayValue ?? [] {
            guard let verdict = report["verdict"]?.stringValue else { continue }
            let copy = report["reproduction_session_id"]?.stringValue ?? ""
            sheet.add("Reproduction", copy == session.id ? verdict : "\(verdict) (\(copy))")
        }
        sheet.add(
            "Configuration", session.json["config_path"]?.stringValue ?? session.json["config_digest"]?.stringValue)
        for warning in session.json["warnings"]?.arrayValue?.compactMap(\.stringValue) ?? [] {
            sheet.add("Warning", warning)
        }
        sheet.add("Created", moment(session.createdAt))
        sheet.add("Started", moment(session.startedAt))
        sheet.add("Ended", moment(session.completedAt))
        if let started = session.startedAt, let ended = session.completedAt, ended >= started {
            sheet.add("Took", HumanFormat.duration(ended.duration(since: started)))
        }
        for result in session.json["results"]?.arrayValue ?? [] {
            guard let name = result["name"]?.stringValue, let value = result["value"]?.metricNumber else { continue }
            sheet.add(
                "Result",
                "\(name) \(HumanFormat.number(value))" + (result["source"]?.stringValue.map { " (\($0))" } ?? ""))
        }
        return sheet
    }

    /// `name value`, separated by commas.
    package static func metrics(_ metrics: [MetricValue]) -> String {
        metrics.map { "\($0.name) \(HumanFormat.number($0.value))" }.joined(separator: ", ")
    }

    private static func status(_ session: SessionInfo) -> String {
        guard session.status == .queued, let place = session.queuePosition else { return session.status.rawValue }
        return "queued, place \(place)"
    }

    /// The metric that says most in one column: the monitored one, else the validation loss, else the first.
    private static func headline(_ session: SessionInfo) -> String {
        let metrics = session.latestMetrics
        let monitor = session.json["monitor"]?.stringValue
        let metric =
            metrics.first { $0.name == monitor } ?? metrics.first { $0.name == "val_loss" } ?? metrics.first
        return metric.map { "\($0.name) \(HumanFormat.number($0.value))" } ?? ""
    }
}

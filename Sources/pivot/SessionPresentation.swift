package import API
import JSON
package import Tracking

/// Sessions as tables and sheets.
package enum SessionPresentation {
    /// One row a session; with `columns`, those instead of the usual ones.
    package static func table(
        _ sessions: [SessionSummary], columns: [String] = [], moment: (Timestamp?) -> String
    ) -> TextTable {
        guard columns.isEmpty else { return chosen(sessions, columns) }
        var table = TextTable([
            .init("SESSION"), .init("NAME", mayShrink: true), .init("STATUS"), .init("EPOCH", isNumeric: true),
            .init("DONE", isNumeric: true, isOptional: true), .init("METRIC", mayShrink: true, isOptional: true),
            .init("TAGS", mayShrink: true, isOptional: true), .init("CREATED", isOptional: true),
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

    private static func chosen(_ sessions: [SessionSummary], _ columns: [String]) -> TextTable {
        var table = TextTable(
            [.init("SESSION"), .init("NAME", mayShrink: true), .init("STATUS")]
                + columns.map { .init($0, mayShrink: true, isOptional: true) })
        for session in sessions {
            let values = columns.map { session.columns?[$0].map(text) ?? "-" }
            table.add([session.id, session.name, session.isArchived ? "archived" : status(session)] + values)
        }
        return table
    }

    /// A value as a table shows it.
    private static func text(_ value: JSONValue) -> String {
        switch value {
        case .string(let text): text
        case .number(let number): HumanFormat.number(number)
        case .array(let values): values.map(text).joined(separator: ", ")
        default: String(decoding: value.encoded(), as: UTF8.self)
        }
    }

    /// `name value` of what was given and logged, separated by commas.
    private static func params(_ params: JSONObject) -> String {
        params.map { "\($0.key) \(text($0.value))" }.joined(separator: ", ")
    }

    /// The epochs done, and of how many when that is known: `5 of 30`.
    package static func epochs(_ session: SessionSummary) -> String {
        let planned = session.plannedEpochs ?? session.totalEpochs
        return planned == 0 ? "\(session.currentEpoch)" : "\(session.currentEpoch) of \(planned)"
    }

    /// Everything about one session that people ask for first.
    package static func sheet(_ session: SessionInfo, moment: (Timestamp?) -> String) -> FactSheet {
        var sheet = FactSheet()
        sheet.add("Session", session.id)
        sheet.add("Name", session.name)
        sheet.add("Status", status(session.summary) + (session.isArchived ? ", archived" : ""))
        sheet.add("Message", session.message)
        sheet.add("Next", claimHint(session.summary))
        sheet.add(
            "Epochs",
            epochs(session.summary)
                + (session.totalEpochs == 0 ? "" : ", \(HumanFormat.percent(session.progress)) done"))
        sheet.add("Stopped early", session.earlyStopReason)
        sheet.add("Metrics", metrics(session.finalMetrics.isEmpty ? session.latestMetrics : session.finalMetrics))
        sheet.add("Not finite", session.nonfiniteMetrics?.joined(separator: ", "))
        sheet.add("Params", params(session.params))
        sheet.add("Best checkpoint", session.bestCheckpointID)
        sheet.add("Trainer", session.trainer)
        sheet.add("Attempt", session.attempt == 0 ? nil : String(session.attempt))
        sheet.add("Host", session.host)
        sheet.add("Experiment", session.experiment)
        sheet.add("Group", session.group)
        sheet.add("Tags", session.tags.joined(separator: ", "))
        sheet.add("Notes", session.notes)
        sheet.add("Continues", session.parentCheckpointID)
        sheet.add("Parent", session.parent)
        sheet.add("Reproduces", session.reproduction?.sessionID)
        for report in session.reproductions {
            let copy = report.reproductionSessionID
            sheet.add("Reproduction", copy == session.id ? report.verdict : "\(report.verdict) (\(copy))")
        }
        sheet.add("Configuration", session.configurationPath ?? session.configurationDigest?.description)
        for warning in session.warnings { sheet.add("Warning", warning) }
        sheet.add("Created", moment(session.createdAt))
        sheet.add("Started", moment(session.startedAt))
        sheet.add("Ended", moment(session.completedAt))
        if let started = session.startedAt, let ended = session.completedAt, ended >= started {
            sheet.add("Took", HumanFormat.duration(ended.duration(since: started)))
        }
        for result in session.results {
            sheet.add("Result", "\(result.name) \(HumanFormat.number(result.value)) (\(result.source))")
        }
        return sheet
    }

    /// The lines about a session that was just started.
    package static func started(_ session: SessionInfo) -> [String] {
        ["\(session.id) is \(session.status.rawValue)."] + [claimHint(session.summary)].compactMap { $0 }
    }

    /// The way in which a program comes to train the session; nil when it needs none, or has one already.
    package static func claimHint(_ session: SessionSummary) -> String? {
        guard session.trainer == TrainerKind.external.rawValue, !session.isArchived,
            session.status == .created || session.status == .queued
        else { return nil }
        return
            "It waits for a program of yours that claims it: pivot_tracker.session(resume=\"\(session.id)\") in Python, or "
            + "POST /api/v1/training/sessions/\(session.id)/attempts."
    }

    /// `name value`, separated by commas.
    package static func metrics(_ metrics: [MetricValue]) -> String {
        metrics.map { "\($0.name) \(HumanFormat.number($0.value))" }.joined(separator: ", ")
    }

    private static func status(_ session: SessionSummary) -> String {
        guard session.status == .queued, let place = session.queuePosition else { return session.status.rawValue }
        return "queued, place \(place)"
    }

    /// The metric that says most in one column: the monitored one, else the validation loss, else the first.
    private static func headline(_ session: SessionSummary) -> String {
        let metrics = session.latestMetrics
        let metric =
            metrics.first { $0.name == session.monitor } ?? metrics.first { $0.name == "val_loss" } ?? metrics.first
        return metric.map { "\($0.name) \(HumanFormat.number($0.value))" } ?? ""
    }
}

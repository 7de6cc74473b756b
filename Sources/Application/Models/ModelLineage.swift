package import JSON
package import Tracking

/// Where a model's alias comes from: who set it, to which checkpoint, of which session, from which configuration, code and data,
/// and the checkpoints that these continued.
package struct ModelLineage: Sendable {
    package var reference: Model.Reference
    /// From the alias back, each with the event of the log that says it.
    package var steps: [Step] = []
    /// False when there are more ancestors than are followed.
    package var isComplete = true

    /// The most sessions that are followed back.
    package static let mostSessions = 100

    /// One link of the chain.
    package struct Step: Sendable {
        package enum Kind: String, CaseIterable, Sendable {
            case alias, checkpoint, session, configuration, code, data, parent
        }

        package var kind: Kind
        /// 0 for the checkpoint that the alias points at, 1 for the one which that continued, and so on.
        package var depth: Int
        /// A sentence.
        package var summary: String
        /// True when the log does not say what is asked for.
        package var isMissing = false
        package var facts = JSONObject()
        /// The record that says it; nil when none does.
        package var record: RecordedEvent?
    }

    mutating func add(
        _ kind: Step.Kind, at depth: Int, _ record: RecordedEvent?, isMissing: Bool = false, _ summary: String,
        _ facts: JSONObject = [:]
    ) {
        var known = JSONObject()
        for (name, value) in facts where value != .string("") { known[name] = value }
        steps.append(
            Step(
                kind: kind, depth: depth, summary: summary, isMissing: isMissing, facts: known, record: record))
    }
}

/// A checkpoint as an alias or another session's creation names it.
struct NamedCheckpoint: Sendable, Equatable {
    var id: String
    var session: String
    var digest: String
}

extension ModelLineage {
    /// Adds what the log says of a checkpoint and of the session that saved it; the checkpoint that this session continued.
    mutating func add(
        _ checkpoint: NamedCheckpoint, _ past: SessionPast, at depth: Int
    ) -> NamedCheckpoint? {
        addCheckpoint(checkpoint, past, depth)
        guard let (record, created) = past.created else {
            add(
                .session, at: depth, nil, isMissing: true,
                "The log of this server does not say how \(checkpoint.session) was created.",
                ["session_id": .string(checkpoint.session)])
            return nil
        }
        var facts: JSONObject = [
            "session_id": .string(checkpoint.session), "session_name": .string(created.name),
            "experiment": .string(created.experiment), "trainer": .string(created.trainerKind),
            "reproduces": .string(created.reproduction.sessionID),
        ]
        let again = created.reproduction.sessionID
        add(
            .session, at: depth, record,
            "\(checkpoint.session) was created" + (created.name.isEmpty ? "" : " as \"\(created.name)\"")
                + (again.isEmpty ? "." : ", to train \(again) again."), facts)
        facts = [
            "config_digest": .string(created.configurationDigest), "config_path": .string(created.configurationPath),
        ]
        if created.configurationDigest.isEmpty {
            add(.configuration, at: depth, record, isMissing: true, "No digest of its configuration was recorded.")
        } else {
            add(
                .configuration, at: depth, record,
                "Its configuration\(created.configurationPath.isEmpty ? "" : ", from \(created.configurationPath),") has the "
                    + "digest \(created.configurationDigest).", facts)
        }
        addCode(past, depth)
        addData(past, depth)
        guard created.hasParentCheckpoint else {
            add(.parent, at: depth, record, "It continues no other checkpoint.")
            return nil
        }
        let parent = created.parentCheckpoint
        add(
            .parent, at: depth, record, "It continues \(parent.checkpointID) of \(parent.sessionID).",
            [
                "checkpoint_id": .string(parent.checkpointID), "session_id": .string(parent.sessionID),
                "digest": .string(parent.digest),
            ])
        return NamedCheckpoint(id: parent.checkpointID, session: parent.sessionID, digest: parent.digest)
    }

    private mutating func addCheckpoint(_ checkpoint: NamedCheckpoint, _ past: SessionPast, _ depth: Int) {
        guard let (record, saved) = past.saved else {
            add(
                .checkpoint, at: depth, nil, isMissing: true,
                "The log of this server does not say when \(checkpoint.id) of \(checkpoint.session) was saved.",
                ["checkpoint_id": .string(checkpoint.id), "digest": .string(checkpoint.digest)])
            return
        }
        var facts: JSONObject = [
            "checkpoint_id": .string(checkpoint.id), "session_id": .string(checkpoint.session),
            "digest": .string(saved.digest), "file_name": .string(saved.fileName), "epoch": .count(saved.epoch),
        ]
        if saved.step > 0 { facts["step"] = .integer(Int64(clamping: saved.step)) }
        if saved.attempt > 0 { facts["attempt"] = .count(saved.attempt) }
        var summary =
            "\(checkpoint.id) was "
            + (saved.attempt > 0 ? "saved by attempt \(saved.attempt) after" : "uploaded as the state after")
            + " epoch \(saved.epoch)"
        if let monitor = past.created?.event.monitor,
            let metric = saved.metrics.last(where: { $0.name == monitor && $0.value.isFinite })
        {
            facts["metric_name"] = .string(monitor)
            facts["metric_value"] = .number(metric.value)
            summary += ", with \(monitor) \(metric.value)"
        }
        summary += past.deletion == nil ? "." : "; it is deleted since."
        if let deletion = past.deletion { facts["deleted_position"] = .integer(Int64(clamping: deletion.rawValue)) }
        add(.checkpoint, at: depth, record, summary, facts)
    }

    private mutating func addCode(_ past: SessionPast, _ depth: Int) {
        guard let (record, git) = past.facts(where: { $0.hasPrefix("git_") }, including: "git_commit") else {
            let (binary, engine) = (past.start?.event.binary ?? "", past.start?.event.engine ?? "")
            add(
                .code, at: depth, past.start?.record, isMissing: true,
                "No commit was recorded" + (binary.isEmpty ? "." : "; it was trained by the program \(binary)."),
                ["binary": .string(binary), "engine": .string(engine)])
            return
        }
        var facts = JSONObject()
        for fact in git { facts[fact.name] = fact.json }
        let words = Dictionary(git.map { ($0.name, $0.text) }) { $1 }
        var summary = "It ran commit \(words["git_commit"] ?? "")"
        if let repository = words["git_repository"], !repository.isEmpty { summary += " of \(repository)" }
        if let changes = words["git_diff_digest"], !changes.isEmpty {
            summary += ", with uncommitted changes (\(changes))"
        } else if facts["git_dirty"] == .bool(true) {
            summary += ", with uncommitted changes that were not recorded"
        }
        add(.code, at: depth, record, summary + ".", facts)
    }

    private mutating func addData(_ past: SessionPast, _ depth: Int) {
        if let (record, data) = past.facts(where: { $0.hasPrefix("data.") || $0 == "data_digest" }, including: nil),
            let digest = data.last(where: { ["data.digest", "data_digest"].contains($0.name) })
        {
            var facts = JSONObject()
            for fact in data { facts[fact.name] = fact.json }
            add(.data, at: depth, record, "It was trained on data with the digest \(digest.text).", facts)
        } else if let (record, started) = past.start, !started.dataDigest.isEmpty {
            add(
                .data, at: depth, record, "It was trained on data with the digest \(started.dataDigest).",
                ["data_digest": .string(started.dataDigest)])
        } else {
            add(.data, at: depth, past.start?.record, isMissing: true, "No digest of its data was recorded.")
        }
    }
}

import JSON
import Projections
import Tracking

/// A session's document as the API writes it.
struct SessionRendering {
    private let document: SessionDocument
    private let progress: SessionProgress?
    private let queuePosition: Int?

    /// - Parameters:
    ///   - progress: The latest report of how far the epoch under way has come.
    ///   - queuePosition: From 1, while the session is queued.
    init(_ document: SessionDocument, progress: SessionProgress?, queuePosition: Int?) {
        self.document = document
        self.progress = progress
        self.queuePosition = queuePosition
    }

    /// What lists show.
    var summary: JSONObject {
        var object = JSONObject()
        object.add("session_id", .string(document.sessionID))
        object.add("session_name", .string(document.name))
        object.add("status", .string(document.status))
        object.add("archived", .bool(document.archived))
        object.add(time: document.createdAt, "created_at")
        object.add(time: document.updatedAt, "updated_at")
        object.add(time: document.hasStartedAt ? document.startedAt : nil, "started_at")
        object.add(time: document.hasCompletedAt ? document.completedAt : nil, "completed_at")
        addProgress(to: &object)
        object.add("latest_metrics", .object(document.latestMetrics.finiteObject))
        if !document.finalMetrics.isEmpty { object.add("final_metrics", .object(document.finalMetrics.finiteObject)) }
        let nonfinite = document.latestMetrics.nonfiniteNames
        if !nonfinite.isEmpty { object.add("nonfinite_metrics", .strings(nonfinite)) }
        object.add("tags", .strings(document.tags))
        object.add(text: document.experiment, "experiment")
        object.add(text: document.group, "group")
        object.add(text: document.notes, "notes")
        object.add("attempt", .count(document.attempt))
        let parent = document.hasParentCheckpoint ? document.parentCheckpoint.sessionID : document.parentSessionID
        object.add(text: parent, "parent")
        if document.hasParentCheckpoint {
            object.add(text: document.parentCheckpoint.checkpointID, "parent_checkpoint_id")
        }
        object.add("queue_position", queuePosition.map { .count($0) })
        object.add("stop_requested", .bool(document.status == Session.Status.stopping.rawValue))
        object.add(text: document.message, "message")
        object.add(text: document.earlyStopReason, "early_stop_reason")
        object.add(text: document.attempts.last?.host ?? "", "host")
        object.add(text: document.trainerKind, "trainer")
        object.add(text: document.monitor, "monitor")
        object.add(text: document.bestCheckpointID, "best_checkpoint_id")
        object.add("position", .count(document.lastPosition))
        return object
    }

    /// The session in full. `config` is the resolved configuration; it was parsed when it was recorded.
    var full: JSONObject {
        var object = summary
        object.add("config", configuration)
        object.add(text: document.configurationPath, "config_path")
        object.add(text: document.configurationDigest, "config_digest")
        object.add("params", .object(document.params.object))
        if !document.warnings.isEmpty { object.add("warnings", .strings(document.warnings)) }
        let provenance = provenance
        if !provenance.isEmpty { object.add("provenance", .object(provenance)) }
        if !document.attempts.isEmpty {
            object.add("attempts", .array(document.attempts.map { .object(Self.attempt($0)) }))
        }
        if !document.results.isEmpty {
            object.add("results", .array(document.results.map { .object(Self.result($0)) }))
        }
        if document.hasReproduction {
            object.add("reproduction", .object(ReproductionRendering.object(document.reproduction)))
        }
        if !document.reproductions.isEmpty {
            object.add(
                "reproductions", .array(document.reproductions.map { .object(ReproductionRendering.object($0)) }))
        }
        return object
    }

    /// How the session stands, for pollers.
    var status: JSONObject {
        var object = JSONObject()
        object.add("session_id", .string(document.sessionID))
        object.add("session_name", .string(document.name))
        object.add("status", .string(document.status))
        addProgress(to: &object)
        object.add("latest_metrics", .object(document.latestMetrics.finiteObject))
        let nonfinite = document.latestMetrics.nonfiniteNames
        if !nonfinite.isEmpty { object.add("nonfinite_metrics", .strings(nonfinite)) }
        object.add("attempt", .count(document.attempt))
        object.add("stop_requested", .bool(document.status == Session.Status.stopping.rawValue))
        object.add("queue_position", queuePosition.map { .count($0) })
        object.add("seconds_left", secondsLeft.map { .number($0) })
        object.add(text: document.message, "message")
        object.add(time: document.hasStartedAt ? document.startedAt : nil, "started_at")
        object.add(time: document.hasCompletedAt ? document.completedAt : nil, "completed_at")
        object.add(time: document.updatedAt, "updated_at")
        return object
    }

    /// The share that is done, 0 to 1.
    var fractionDone: Double {
        if document.status == Session.Status.completed.rawValue { return 1 }
        guard document.totalEpochs > 0 else { return 0 }
        var epochs = Double(document.currentEpoch)
        if let progress, progress.attempt == document.attempt, progress.epoch == document.currentEpoch + 1 {
            epochs += min(max(progress.epochFraction, 0), 1)
        }
        return min(1, epochs / Double(document.totalEpochs))
    }

    /// Seconds to the end at the pace of this attempt so far; nil while there is nothing to judge by.
    private var secondsLeft: Double? {
        guard document.status == Session.Status.running.rawValue, let attempt = document.attempts.last,
            attempt.hasStartedAt, attempt.firstEpoch > 0, document.totalEpochs > 0
        else { return nil }
        let first = Double(attempt.firstEpoch - 1) / Double(document.totalEpochs)
        let done = fractionDone - first
        let now = max(progress?.time ?? 0, document.updatedAt)
        guard done > 0, now > attempt.startedAt else { return nil }
        return Double(now - attempt.startedAt) / 1e6 / done * (1 - fractionDone)
    }

    private func addProgress(to object: inout JSONObject) {
        object.add("current_epoch", .count(document.currentEpoch))
        object.add("total_epochs", .count(document.totalEpochs))
        if document.plannedEpochs > 0 { object.add("planned_epochs", .count(document.plannedEpochs)) }
        object.add(
            "current_step", .count(max(document.step, progress?.attempt == document.attempt ? progress?.step ?? 0 : 0)))
        object.add("progress", .number(fractionDone))
    }

    private var configuration: JSONValue {
        do {
            return try JSONValue.parse(Array(document.configuration.utf8))
        } catch {
            // A session without a configuration, or one written by hand into the log.
            return .object([:])
        }
    }

    private var provenance: JSONObject {
        var facts: [(String, JSONValue)] = []
        if let attempt = document.attempts.last {
            if !attempt.host.isEmpty { facts.append(("host", .string(attempt.host))) }
            if !attempt.binary.isEmpty { facts.append(("binary", .string(attempt.binary))) }
            if !attempt.engine.isEmpty { facts.append(("engine", .string(attempt.engine))) }
            if !attempt.instructionSet.isEmpty { facts.append(("instruction_set", .string(attempt.instructionSet))) }
            if attempt.threads > 0 { facts.append(("threads", .count(attempt.threads))) }
            if !attempt.dataDigest.isEmpty { facts.append(("data_digest", .string(attempt.dataDigest))) }
        }
        var object = JSONObject()
        var places: [String: JSONValue] = [:]
        for record in document.provenance { facts.append((record.fact.name, record.fact.json)) }
        var order: [String] = []
        for (name, value) in facts where places.updateValue(value, forKey: name) == nil { order.append(name) }
        for name in order { object.add(name, places[name]) }
        return object
    }

    private static func attempt(_ record: AttemptRecord) -> JSONObject {
        var object = JSONObject()
        object.add("attempt", .count(record.number))
        object.add(time: record.claimedAt, "claimed_at")
        object.add(time: record.hasStartedAt ? record.startedAt : nil, "started_at")
        object.add(time: record.hasEndedAt ? record.endedAt : nil, "ended_at")
        object.add(text: record.ending, "ending")
        object.add(text: record.message, "message")
        object.add(text: record.host, "host")
        if record.processID > 0 { object.add("process_id", .count(record.processID)) }
        if !record.devices.isEmpty { object.add("devices", .strings(record.devices)) }
        if record.firstEpoch > 0 {
            object.add("first_epoch", .count(record.firstEpoch))
            object.add("first_step", .count(record.firstStep))
        }
        object.add(text: record.checkpointID, "checkpoint_id")
        object.add(text: record.binary, "binary")
        object.add(text: record.engine, "engine")
        object.add(text: record.instructionSet, "instruction_set")
        if record.threads > 0 { object.add("threads", .count(record.threads)) }
        object.add(text: record.dataDigest, "data_digest")
        return object
    }

    private static func result(_ record: ResultRecord) -> JSONObject {
        var object = JSONObject()
        object.add("name", .string(record.name))
        object.add("value", .number(record.value))
        object.add("step", record.hasStep ? .integer(record.step) : nil)
        object.add("source", .string(record.source))
        object.add("late", .bool(record.late))
        object.add(time: record.time, "recorded_at")
        return object
    }
}

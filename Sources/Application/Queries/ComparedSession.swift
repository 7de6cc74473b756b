package import JSON
import ReadModels
package import Tracking

/// Everything about one session that a comparison looks at, as named values in named sections.
package struct ComparedSession: Sendable {
    /// The sections, in the order in which people look for a cause.
    package enum Section: String, CaseIterable, Sendable {
        case lifecycle, configuration, params, code, environment, packages, data, metrics, checkpoints, results
    }

    package let id: String
    package let name: String
    package let status: String
    /// Each section's values by name.
    package private(set) var values: [Section: [String: JSONValue]] = [:]

    /// - Parameter checkpoints: The session's visible checkpoints in the order they were saved.
    package init(_ view: SessionView, checkpoints: [CheckpointEntry]) {
        let document = view.document
        id = document.sessionID
        name = document.name
        status = document.status
        addLifecycle(view)
        addSettings(document)
        addAttempt(document)
        for record in document.provenance where record.fact.value != nil { add(record.fact) }
        addMetrics(view, checkpoints)
        addCheckpoints(checkpoints)
        for result in document.results {
            set(.results, result.hasStep ? "\(result.name) at step \(result.step)" : result.name, .number(result.value))
        }
    }

    /// The value called `name`; nil when the session has none.
    package func value(_ section: Section, _ name: String) -> JSONValue? { values[section]?[name] }

    private mutating func set(_ section: Section, _ name: String, _ value: JSONValue?) {
        if let value { values[section, default: [:]][name] = value }
    }

    private mutating func set(_ section: Section, _ name: String, text: String) {
        if !text.isEmpty { set(section, name, .string(text)) }
    }

    private mutating func addLifecycle(_ view: SessionView) {
        let document = view.document
        set(.lifecycle, "status", text: document.status)
        set(.lifecycle, "trainer", text: document.trainerKind)
        set(.lifecycle, "epochs", .count(document.currentEpoch))
        set(.lifecycle, "planned_epochs", document.plannedEpochs > 0 ? .count(document.plannedEpochs) : nil)
        set(.lifecycle, "steps", .count(view.step))
        set(.lifecycle, "attempts", .count(document.attempt))
        set(.lifecycle, "early_stop_reason", text: document.earlyStopReason)
        set(.lifecycle, "message", text: document.message)
        set(.lifecycle, "parent", text: document.parentSessionID)
        set(.lifecycle, "parent_checkpoint_digest", text: document.parentCheckpoint.digest)
        if document.hasStartedAt, document.hasCompletedAt {
            let seconds = Double(document.completedAt - document.startedAt) / 1e6
            set(.lifecycle, "seconds", .number((seconds * 10).rounded() / 10))
        }
    }

    /// The configuration's values, and those params that are not the configuration's own.
    private mutating func addSettings(_ document: SessionDocument) {
        set(.configuration, "(digest)", text: document.configurationDigest)
        for parameter in document.configurationValues {
            set(.configuration, parameter.name, parameter.json)
        }
        for parameter in document.params where value(.configuration, parameter.name) != parameter.json {
            set(.params, parameter.name, parameter.json)
        }
    }

    private mutating func addAttempt(_ document: SessionDocument) {
        guard let attempt = document.attempts.last else { return }
        set(.code, "binary", text: attempt.binary)
        set(.environment, "host", text: attempt.host)
        set(.environment, "engine", text: attempt.engine)
        set(.environment, "instruction_set", text: attempt.instructionSet)
        set(.environment, "threads", attempt.threads > 0 ? .count(attempt.threads) : nil)
        set(.environment, "devices", text: attempt.devices.joined(separator: ", "))
        set(.data, "digest", text: attempt.dataDigest)
    }

    /// A recorded fact; later attempts' facts replace earlier ones.
    private mutating func add(_ fact: Parameter) {
        switch fact.name {
        case "command_line", "pivot_version", "executable", "working_directory", "program", "program_digest":
            set(.code, fact.name, fact.json)
        case "data_digest": set(.data, "digest", fact.json)
        case let name where name.hasPrefix("git_"): set(.code, name, fact.json)
        case let name where name.hasPrefix("package."): set(.packages, String(name.dropFirst(8)), fact.json)
        case let name where name.hasPrefix("data."): set(.data, String(name.dropFirst(5)), fact.json)
        case let name: set(.environment, name, fact.json)
        }
    }

    /// The metrics of the completion, and of all others the latest value.
    private mutating func addMetrics(_ view: SessionView, _ checkpoints: [CheckpointEntry]) {
        for metric in view.latestMetrics + view.document.finalMetrics.map({ ($0.name, $0.value) }) {
            set(.metrics, metric.name, .number(metric.value))
        }
        guard let best = checkpoints.last(where: \.isBest)?.document,
            let value = best.metrics.last(where: { $0.name == view.document.monitor })?.value
        else { return }
        set(.metrics, "best \(view.document.monitor)", .number(value))
    }

    private mutating func addCheckpoints(_ checkpoints: [CheckpointEntry]) {
        set(.checkpoints, "count", .count(checkpoints.count))
        func add(_ name: String, _ checkpoint: CheckpointDocument?) {
            guard let checkpoint else { return }
            set(.checkpoints, name + " epoch", .count(checkpoint.epoch))
            set(.checkpoints, name + " step", .count(checkpoint.step))
            set(.checkpoints, name + " digest", .string(checkpoint.digest))
        }
        add("best", checkpoints.last(where: \.isBest)?.document)
        add("last", checkpoints.last(where: \.isLast)?.document ?? checkpoints.last?.document)
    }
}

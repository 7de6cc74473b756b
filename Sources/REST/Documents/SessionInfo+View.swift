package import API
package import Application
import JSON
import SwiftProtobuf
import Tracking

extension SessionSummary {
    /// The session in a list, with the values of `columns` that it has.
    init(_ view: SessionView, columns: [SessionColumn]) {
        self.init(view)
        guard !columns.isEmpty else { return }
        let metrics = Dictionary(uniqueKeysWithValues: view.metrics.map { ($0.name, $0) })
        var values = JSONObject()
        for column in columns { values[column.name] = column.value(of: view.document, metrics) }
        self.columns = values
    }

    init(_ view: SessionView) {
        let document = view.document
        self.init()
        id = document.sessionID
        name = document.name
        status = view.status
        isArchived = document.archived
        createdAt = Timestamp(rawValue: document.createdAt)
        updatedAt = Timestamp(rawValue: document.updatedAt)
        startedAt = document.hasStartedAt ? Timestamp(rawValue: document.startedAt) : nil
        completedAt = document.hasCompletedAt ? Timestamp(rawValue: document.completedAt) : nil
        currentEpoch = Int(document.currentEpoch)
        totalEpochs = Int(document.totalEpochs)
        plannedEpochs = document.plannedEpochs > 0 ? Int(document.plannedEpochs) : nil
        currentStep = Int(clamping: view.step)
        progress = view.fractionDone
        let latest = view.latestMetrics.map { MetricValue(name: $0.name, value: $0.value) }
        latestMetrics = latest.finite
        finalMetrics = [MetricValue](document.finalMetrics).finite
        nonfiniteMetrics = latest.nonfiniteNames
        tags = document.tags
        experiment = document.experiment.nonEmpty
        group = document.group.nonEmpty
        notes = document.notes.nonEmpty
        notesRedactedBy = document.notesRedactedBy == 0 ? nil : document.notesRedactedBy
        attempt = Int(document.attempt)
        parent =
            (document.hasParentCheckpoint ? document.parentCheckpoint.sessionID : document.parentSessionID).nonEmpty
        parentCheckpointID = document.hasParentCheckpoint ? document.parentCheckpoint.checkpointID.nonEmpty : nil
        queuePosition = view.queuePosition
        stopRequested = view.status == .stopping
        message = document.message.nonEmpty
        earlyStopReason = document.earlyStopReason.nonEmpty
        host = document.attempts.last?.host.nonEmpty
        trainer = document.trainerKind.nonEmpty
        monitor = document.monitor.nonEmpty
        monitorMode = document.monitor.isEmpty ? nil : document.monitorMaximum ? "max" : "min"
        bestCheckpointID = document.bestCheckpointID.nonEmpty
        resumeCheckpointID = view.resumeCheckpointID
        position = document.lastPosition
    }
}

extension SessionInfo {
    package init(_ view: SessionView) {
        let document = view.document
        self.init()
        summary = SessionSummary(view)
        configuration = Self.configuration(document)
        configurationPath = document.configurationPath.nonEmpty
        configurationDigest = Digest(document.configurationDigest)
        params = document.params.object
        warnings = view.warnings
        provenance = Self.provenance(document)
        attempts = document.attempts.map(AttemptInfo.init)
        results = document.results.map(ResultInfo.init)
        reproduction = document.hasReproduction ? ReproductionInfo(document.reproduction) : nil
        reproductions = document.reproductions.map(ReproductionVerdictInfo.init)
        imported = document.hasImported ? SessionOrigin(document.imported) : nil
    }

    /// The resolved configuration; it was parsed when it was recorded.
    private static func configuration(_ document: SessionDocument) -> JSONObject {
        do {
            let configuration = try JSONValue.parse(Array(document.configuration.utf8)).objectValue ?? [:]
            return shown(configuration, of: TrainerKind(rawValue: document.trainerKind))
        } catch {
            // A session without a configuration, or one written by hand into the log.
            return [:]
        }
    }

    /// A resolved configuration as documents show it.
    static func shown(_ configuration: JSONObject, of kind: TrainerKind?) -> JSONObject {
        guard kind?.isBuiltIn == true else { return configuration }
        var configuration = configuration
        // At the top too, where clients of other servers of this API look for them.
        for key in ["epochs", "batch_size", "learning_rate"] where configuration[key] == nil {
            configuration[key] = configuration["train"]?[key]
        }
        return configuration
    }

    /// The newest value of every recorded fact, those of the attempt's start first.
    private static func provenance(_ document: SessionDocument) -> JSONObject {
        var facts = JSONObject()
        if let attempt = document.attempts.last {
            let texts = [
                ("host", attempt.host), ("binary", attempt.binary), ("engine", attempt.engine),
                ("instruction_set", attempt.instructionSet), ("data_digest", attempt.dataDigest),
            ]
            for (name, text) in texts where !text.isEmpty { facts[name] = .string(text) }
            if attempt.threads > 0 { facts["threads"] = .count(attempt.threads) }
        }
        for record in document.provenance {
            facts[record.fact.name] =
                record.redactedBy == 0 ? record.fact.json : ["redacted_by": .count(record.redactedBy)]
        }
        return facts
    }
}

extension SessionOrigin {
    init(_ record: SessionImportRecord) {
        let event = record.event
        self.init()
        source = event.source
        sourceVersion = event.sourceVersion.nonEmpty
        sourcePosition = event.sourcePosition
        exportedAt = Timestamp(rawValue: event.exportedAt)
        manifestDigest = Digest(event.manifestDigest)
        contentDigest = Digest(event.contentDigest)
        importedAt = Timestamp(rawValue: record.importedAt)
        importedBy = event.importedBy.nonEmpty
        interruptedStatus = Session.Status(rawValue: event.interruptedStatus)
    }
}

extension AttemptInfo {
    init(_ record: AttemptRecord) {
        self.init()
        number = Int(record.number)
        claimedAt = Timestamp(rawValue: record.claimedAt)
        startedAt = record.hasStartedAt ? Timestamp(rawValue: record.startedAt) : nil
        endedAt = record.hasEndedAt ? Timestamp(rawValue: record.endedAt) : nil
        ending = record.ending.nonEmpty
        message = record.message.nonEmpty
        host = record.host.nonEmpty
        processID = record.processID > 0 ? Int(record.processID) : nil
        devices = record.devices
        worldSize = record.worldSize > 1 ? Int(record.worldSize) : nil
        leaseSeconds = record.leaseSeconds > 0 ? Int(record.leaseSeconds) : nil
        firstEpoch = record.firstEpoch > 0 ? Int(record.firstEpoch) : nil
        firstStep = record.firstEpoch > 0 ? Int(clamping: record.firstStep) : nil
        stepsPerEpoch = record.stepsPerEpoch > 0 ? Int(clamping: record.stepsPerEpoch) : nil
        checkpointID = record.checkpointID.nonEmpty
        binary = record.binary.nonEmpty
        engine = record.engine.nonEmpty
        instructionSet = record.instructionSet.nonEmpty
        threads = record.threads > 0 ? Int(record.threads) : nil
        dataDigest = record.dataDigest.nonEmpty
    }
}

extension ResultInfo {
    init(_ record: ResultRecord) {
        self.init()
        name = record.name
        value = record.value
        step = record.hasStep ? Int(record.step) : nil
        source = record.source
        isLate = record.late
        recordedAt = Timestamp(rawValue: record.time)
    }
}

extension SessionStatusInfo {
    init(_ view: SessionView) {
        let summary = SessionSummary(view)
        self.init()
        id = summary.id
        name = summary.name
        status = summary.status
        currentEpoch = summary.currentEpoch
        totalEpochs = summary.totalEpochs
        plannedEpochs = summary.plannedEpochs
        currentStep = summary.currentStep
        progress = summary.progress
        latestMetrics = summary.latestMetrics
        nonfiniteMetrics = summary.nonfiniteMetrics
        attempt = summary.attempt
        stopRequested = summary.stopRequested
        queuePosition = summary.queuePosition
        secondsLeft = view.secondsLeft
        message = summary.message
        startedAt = summary.startedAt
        completedAt = summary.completedAt
        updatedAt = summary.updatedAt
    }
}

extension String {
    /// Nil when there is nothing to say.
    var nonEmpty: String? { isEmpty ? nil : self }
}

import SwiftProtobuf
import Tracking

/// Applies events to a session's document.
enum SessionFold {
    /// Makes `session` what it is after `event`; returns the parts that may differ then.
    @discardableResult
    static func evolve(
        _ session: inout SessionDocument, with event: SessionEvent, recordedAs record: RecordedEvent
    ) -> [SessionPart] {
        let time = record.firstRecordedAt.rawValue
        session.lastPosition = record.position.rawValue
        if case .imported = event {} else { session.updatedAt = time }
        switch event {
        case .created(let created):
            create(&session, created, at: record)
            return SessionPart.allCases
        case .paramsSet(let set):
            session.params = Parameters.merged(session.params, with: set.params)
            return [.settings, .progress]
        case .provenanceRecorded(let recorded):
            session.provenance = Parameters.merged(
                session.provenance, with: recorded.facts, ofAttempt: recorded.attempt,
                redactedBy: record.redactedBy)
            return [.settings, .progress]
        case .resultReported(let reported):
            session.results.append(result(reported, of: session, at: record))
            return [.settings, .progress]
        case .reproductionReported(let reported):
            session.reproductions.append(reported)
            if reported.reproductionSessionID == session.sessionID { session.reproductionReported = true }
            return [.state, .settings, .progress]
        case .startRequested:
            session.reproductionReported = false
            session.status = Session.Status.queued.rawValue
            session.queuedPosition = record.position.rawValue
            session.lossCount = 0
            session.clearCompletedAt()
            session.message = ""
            session.earlyStopReason = ""
            session.finalMetrics = []
        case .attemptClaimed(let claim):
            session.status = Session.Status.running.rawValue
            session.queuedPosition = 0
            session.attempt = claim.attempt
            if !session.hasStartedAt { session.startedAt = time }
            session.attempts.append(attempt(claim, at: time))
        case .attemptStarted(let started):
            session.currentEpoch = max(started.firstEpoch, 1) - 1
            session.step = max(started.firstStep, 1) - 1
            update(&session, attempt: started.attempt) { attempt in
                attempt.startedAt = time
                attempt.firstEpoch = max(started.firstEpoch, 1)
                attempt.firstStep = max(started.firstStep, 1)
                attempt.stepsPerEpoch = started.stepsPerEpoch
                attempt.checkpointID = started.checkpointID
                attempt.binary = started.binary
                attempt.engine = started.engine
                attempt.instructionSet = started.instructionSet
                attempt.threads = started.threads
                attempt.dataDigest = started.dataDigest
            }
        case .epochCompleted(let completed):
            session.currentEpoch = completed.epoch
            session.step = max(session.step, completed.step)
            return [.progress]
        case .stopRequested:
            if session.status == Session.Status.running.rawValue {
                session.status = Session.Status.stopping.rawValue
            }
        case .stopped(let stopped):
            session.step = max(session.step, stopped.step)
            session.message = stopped.message
            end(&session, as: .stopped, attempt: stopped.attempt, saying: stopped.message, at: time)
        case .completed(let completed):
            session.currentEpoch = completed.epoch
            session.step = max(session.step, completed.step)
            session.totalEpochs = completed.epoch
            session.finalMetrics = Metrics.sorted(completed.finalMetrics)
            session.earlyStopReason = completed.earlyStopReason
            end(&session, as: .completed, attempt: completed.attempt, saying: completed.earlyStopReason, at: time)
        case .failed(let failed):
            session.message = failed.message
            end(&session, as: .failed, attempt: failed.attempt, saying: failed.message, at: time)
        case .attemptLost(let lost):
            session.status = Session.Status.queued.rawValue
            session.queuedPosition = record.position.rawValue
            session.lossCount += 1
            endAttempt(&session, number: lost.attempt, as: "lost", saying: lost.message, at: time)
        case .renamed(let renamed): session.name = renamed.name
        case .tagged(let tagged): session.tags = tagged.tags
        case .noted(let noted):
            session.notes = noted.notes
            session.notesRedactedBy = record.redactedBy?.rawValue ?? 0
        case .archived:
            session.archived = true
            session.archivedAt = time
        case .unarchived:
            session.archived = false
            session.archivedAt = 0
        case .deleted: session.deleted = true
        case .imported(let imported):
            session.imported = .with {
                $0.event = imported
                $0.importedAt = time
                $0.actor = record.actor
            }
        case .redacted(let redacted):
            session.forget(redacted, by: record.position)
            return [.state, .settings, .progress]
        case .checkpointSaved, .checkpointDeleted, .artifactSaved, .artifactDeleted: return [.progress]
        }
        return [.state, .progress]
    }

    private static func create(_ session: inout SessionDocument, _ created: SessionCreated, at record: RecordedEvent) {
        session.name = created.name
        session.status = Session.Status.created.rawValue
        session.experiment = created.experiment
        session.group = created.group
        session.tags = created.tags
        session.notes = created.notes
        session.notesRedactedBy = record.redactedBy?.rawValue ?? 0
        session.createdAt = record.firstRecordedAt.rawValue
        session.createdPosition = record.position.rawValue
        session.currentEpoch = created.parentCheckpoint.epoch
        session.step = created.parentCheckpoint.step
        session.totalEpochs = created.plannedEpochs
        session.plannedEpochs = created.plannedEpochs
        session.configuration = created.configuration
        session.configurationDigest = created.configurationDigest
        session.configurationPath = created.configurationPath
        session.configurationValues = Parameters.flattened(configuration: created.configuration)
        session.params = Parameters.merged([], with: created.params)
        session.warnings = created.warnings
        session.monitor = created.monitor
        session.monitorMaximum = created.monitorMaximum
        session.trainerKind = created.trainerKind
        session.architecture = created.architecture
        if created.hasParentCheckpoint { session.parentCheckpoint = created.parentCheckpoint }
        session.parentSessionID =
            created.parentSessionID.isEmpty ? created.parentCheckpoint.sessionID : created.parentSessionID
        session.maxRestarts = created.maxRestarts
        if created.hasReproduction { session.reproduction = created.reproduction }
    }

    private static func attempt(_ claim: AttemptClaimed, at time: Int64) -> AttemptRecord {
        .with {
            $0.number = claim.attempt
            $0.claimedAt = time
            $0.host = claim.host
            $0.processID = claim.processID
            $0.devices = claim.devices
            $0.worldSize = claim.worldSize
            $0.leaseSeconds = claim.leaseSeconds
        }
    }

    private static func result(
        _ reported: ResultReported, of session: SessionDocument, at record: RecordedEvent
    ) -> ResultRecord {
        .with {
            $0.name = reported.name
            $0.value = reported.value
            if reported.hasStep { $0.step = reported.step }
            $0.source = reported.source
            $0.time = record.time.rawValue
            $0.late = Session.Status(rawValue: session.status)?.isFinished ?? false
        }
    }

    private static func end(
        _ session: inout SessionDocument, as status: Session.Status, attempt: UInt32, saying message: String,
        at time: Int64
    ) {
        session.status = status.rawValue
        session.queuedPosition = 0
        session.completedAt = time
        endAttempt(&session, number: attempt, as: status.rawValue, saying: message, at: time)
    }

    /// Ends the attempt unless it has ended already, as one that was lost before its session failed.
    private static func endAttempt(
        _ session: inout SessionDocument, number: UInt32, as ending: String, saying message: String, at time: Int64
    ) {
        update(&session, attempt: number) { attempt in
            guard attempt.ending.isEmpty else { return }
            attempt.ending = ending
            attempt.endedAt = time
            attempt.message = message
        }
    }

    private static func update(
        _ session: inout SessionDocument, attempt number: UInt32, _ change: (inout AttemptRecord) -> Void
    ) {
        guard let index = session.attempts.lastIndex(where: { $0.number == number }) else { return }
        change(&session.attempts[index])
    }
}

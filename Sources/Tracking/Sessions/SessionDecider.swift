import SwiftProtobuf

/// The rules of a session's life. The stream is `session/<id>`.
///
/// ```
/// created ─start→ queued ─claim→ running ─finish→ completed │ failed │ stopped
///                    ↑  ↖ lost, restarts left ↙   ╲ stop → stopping → stopped
///                    └──────── start ──────── stopped │ failed
/// ```
package enum SessionDecider: Decider {
    package static let initialState = SessionState()

    package static func decide(
        _ command: SessionCommand, given state: SessionState
    ) throws(SessionRefusal) -> [SessionEvent] {
        guard let status = state.status else {
            switch command {
            case .create(let created): return [.created(created)]
            case .createClaimed(let created, var claim):
                claim.attempt = 1
                return [.created(created), .startRequested(StartRequested()), .attemptClaimed(claim)]
            default: throw .unknownSession
            }
        }
        // What was deleted, or put away, may still have to be forgotten.
        if case .redact(let redacted) = command {
            guard !redacted.reason.isEmpty else { throw .invalid(field: "reason", reason: "is required") }
            return redacted.positionDeltas.isEmpty ? [] : [.redacted(redacted)]
        }
        guard !state.isDeleted else { throw .unknownSession }
        if state.isArchived {
            switch command {
            case .archive: return []
            case .create, .createClaimed: throw .alreadyCreated
            case .update(.archiving): return []
            case .update(let changes) where changes.isArchived == false: break
            case .delete, .deleteCheckpoint: break
            case .reportResult, .reportReproduction: break  // they may come late, in every state
            default: throw .archived
            }
        }
        switch command {
        case .create, .createClaimed:
            throw .alreadyCreated

        case .requestStart:
            guard !state.isImported else { throw .imported }
            return try start(state, status)

        case .requestStop:
            switch state.lifecycle {
            case .created, .queued:
                return [.stopRequested(StopRequested()), .stopped(stopped(state, "stopped before an attempt began"))]
            case .running: return [.stopRequested(StopRequested())]
            case .stopping, .finished, .notCreated: return []  // asking twice is not an error
            }

        case .claimAttempt(var claim):
            guard !state.isImported else { throw .imported }
            if let attempt = state.attempt { throw .leaseHeld(attempt: attempt.number) }
            claim.attempt = state.attemptCount + 1
            switch state.lifecycle {
            case .queued: return [.attemptClaimed(claim)]
            case .finished(.completed):
                throw .wrongStatus(action: "be claimed", status: status, remedy: "create a session that continues it")
            case .finished where state.trainerKind?.claimsUnasked != true:
                // The trainer of a session that was stopped while it still waited comes too late.
                throw .wrongStatus(action: "be claimed", status: status, remedy: "start it first")
            default: return [.startRequested(StartRequested()), .attemptClaimed(claim)]
            }

        case .startAttempt(let started, let facts, let holder):
            let attempt = try current(holder, in: state)
            guard !attempt.isStarted else {
                throw .wrongStatus(action: "start its attempt twice", status: status, remedy: "claim a new attempt")
            }
            guard started.firstEpoch >= 1, started.firstStep >= 1 else {
                throw .invalid(field: "first_epoch", reason: "epochs and steps count from 1")
            }
            return [.attemptStarted(started)] + recorded(facts, attempt: started.attempt)

        case .completeEpoch(let epoch, let holder):
            _ = try current(holder, in: state)
            guard epoch.epoch > state.epoch else {
                throw .epochOutOfOrder(epoch: epoch.epoch, last: state.epoch)
            }
            return [.epochCompleted(epoch)]

        case .saveCheckpoint(var saved, let holder):
            saved.completedEpochs = saved.epoch
            if let holder {
                _ = try current(holder, in: state)
                // A trainer reports an epoch before it saves it: what is ahead of the report interrupts the epoch.
                saved.completedEpochs = min(saved.epoch, state.epoch)
            }
            return [.checkpointSaved(saved)]

        case .deleteCheckpoint(let id, let reason):
            guard state.checkpoints[id.text] != nil else { throw .unknownCheckpoint(id.text) }
            return [
                .checkpointDeleted(
                    .with {
                        $0.checkpointID = id.text; $0.reason = reason
                    })
            ]

        case .saveArtifact(var saved):
            let earlier = state.artifacts[saved.path]
            if let earlier, earlier.isPresent, earlier.content == ArtifactContent(saved) { return [] }
            saved.version = (earlier?.version ?? 0) + 1
            return [.artifactSaved(saved)]

        case .deleteArtifact(let path):
            guard state.artifacts[path]?.isPresent == true else { throw .unknownArtifact(path) }
            return [.artifactDeleted(.with { $0.path = path })]

        case .finish(let finish, let holder):
            let attempt = try current(holder, in: state)
            return [finished(finish, attempt: attempt.number, state)]

        case .loseAttempt(let number, let message):
            return lose(number, message, state)

        case .failLaunch(let message):
            guard state.lifecycle == .queued else { return [] }
            return [.failed(.with { $0.message = message })]

        case .update(let changes):
            return try update(changes, state, status)
        case .recordProvenance(let facts):
            return recorded(facts.facts, attempt: facts.attempt)
        case .reportResult(let result):
            return [.resultReported(result)]
        case .reportReproduction(let report):
            return [.reproductionReported(report)]

        case .archive:
            return [try archived(state, status)]
        case .delete:
            return try deleted(state, status)
        case .redact:
            return []  // decided above
        }
    }

    package static func evolve(_ state: inout SessionState, with event: SessionEvent) {
        switch event {
        case .created(let created):
            state.lifecycle = .created
            state.name = created.name
            state.tags = created.tags
            state.notes = created.notes
            state.trainerKind = TrainerKind(rawValue: created.trainerKind)
            state.architecture = created.architecture
            state.allowedProgram = created.allowedProgram
            state.plannedEpochs = created.plannedEpochs
            state.maxRestarts = created.maxRestarts
            state.isReproduction = created.hasReproduction
            state.lastCheckpointDigest = created.parentCheckpoint.digest
            state.epoch = created.parentCheckpoint.epoch
            state.step = created.parentCheckpoint.step
        case .startRequested:
            state.lifecycle = .queued
            state.lossCount = 0
        case .attemptClaimed(let claim):
            state.tokenDigests.append(claim.tokenDigest)
            state.lastProcessID = claim.processID
            state.lifecycle = .running(
                .init(
                    number: claim.attempt, tokenDigest: claim.tokenDigest, leaseSeconds: claim.leaseSeconds,
                    processID: claim.processID))
        case .attemptStarted(let started):
            state.epoch = started.firstEpoch - 1
            state.step = started.firstStep - 1
            switch state.lifecycle {
            case .running(var attempt):
                attempt.isStarted = true
                state.lifecycle = .running(attempt)
            case .stopping(var attempt):
                attempt.isStarted = true
                state.lifecycle = .stopping(attempt)
            default: break
            }
        case .epochCompleted(let epoch):
            state.epoch = epoch.epoch
            state.step = max(state.step, epoch.step)
        case .checkpointSaved(let saved):
            state.lastCheckpointDigest = saved.digest
            state.checkpoints[saved.checkpointID] = .init(
                attempt: saved.attempt, completedEpochs: saved.completedEpochs, step: saved.step, digest: saved.digest)
        case .checkpointDeleted(let deleted):
            state.checkpoints[deleted.checkpointID] = nil
        case .artifactSaved(let saved):
            state.artifacts[saved.path] = .init(
                version: saved.version, content: ArtifactContent(saved), isPresent: true)
        case .artifactDeleted(let deleted):
            state.artifacts[deleted.path]?.isPresent = false
        case .stopRequested:
            if case .running(let attempt) = state.lifecycle { state.lifecycle = .stopping(attempt) }
        case .stopped: state.lifecycle = .finished(.stopped)
        case .completed: state.lifecycle = .finished(.completed)
        case .failed: state.lifecycle = .finished(.failed)
        case .attemptLost:
            state.lossCount += 1
            state.lifecycle = .queued
        case .renamed(let renamed): state.name = renamed.name
        case .tagged(let tagged): state.tags = tagged.tags
        case .noted(let noted): state.notes = noted.notes
        case .archived: state.isArchived = true
        case .unarchived: state.isArchived = false
        case .deleted: state.isDeleted = true
        case .imported:
            state.isImported = true
            // Its program was allowed on another server, by that server's user.
            state.allowedProgram = ""
        case .redacted(let redacted):
            // The notes go as a whole, whichever record they came by.
            if redacted.kinds.contains(RedactionKind.notes.rawValue) { state.notes = "" }
        case .paramsSet, .provenanceRecorded, .resultReported, .reproductionReported: break
        }
    }

    package static func memoryByteCount(of state: SessionState) -> Int { state.memoryByteCount }

    package static func hasEnded(_ state: SessionState) -> Bool {
        state.hasEnded || state.isDeleted || state.isArchived
    }

    private static func start(
        _ state: SessionState, _ status: Session.Status
    ) throws(SessionRefusal) -> [SessionEvent] {
        switch state.lifecycle {
        case .created, .finished(.stopped), .finished(.failed):
            let started = SessionEvent.startRequested(StartRequested())
            guard state.plannedEpochs > 0, state.epoch >= state.plannedEpochs else { return [started] }
            return [
                started,
                .completed(
                    .with {
                        $0.attempt = state.attemptCount
                        $0.epoch = state.epoch
                        $0.step = state.step
                    }),
            ]
        case .finished(.completed):
            throw .wrongStatus(
                action: "be started", status: status, remedy: "create a session with its checkpoint_id to continue"
            )
        default:
            throw .wrongStatus(action: "be started", status: status, remedy: "stop it first")
        }
    }

    private static func recorded(_ facts: [Parameter], attempt: UInt32) -> [SessionEvent] {
        guard !facts.isEmpty else { return [] }
        return [
            .provenanceRecorded(
                .with {
                    $0.attempt = attempt
                    $0.facts = facts
                })
        ]
    }

    private static func archived(
        _ state: SessionState, _ status: Session.Status
    ) throws(SessionRefusal) -> SessionEvent {
        guard state.attempt == nil, state.lifecycle != .queued else {
            throw .wrongStatus(action: "be archived", status: status, remedy: "stop it first")
        }
        return .archived(Archived())
    }

    private static func deleted(
        _ state: SessionState, _ status: Session.Status
    ) throws(SessionRefusal) -> [SessionEvent] {
        guard state.attempt == nil, state.lifecycle != .queued else {
            throw .wrongStatus(action: "be deleted", status: status, remedy: "stop it first")
        }
        let checkpoints = state.checkpoints.keys.sorted().map { id in
            SessionEvent.checkpointDeleted(
                .with {
                    $0.checkpointID = id
                    $0.reason = "its session was deleted"
                })
        }
        let artifacts = state.artifacts.filter(\.value.isPresent).keys.sorted().map { path in
            SessionEvent.artifactDeleted(.with { $0.path = path })
        }
        return checkpoints + artifacts + [.deleted(Deleted())]
    }

    private static func update(
        _ changes: SessionCommand.Changes, _ state: SessionState, _ status: Session.Status
    ) throws(SessionRefusal) -> [SessionEvent] {
        var events: [SessionEvent] = []
        if state.isArchived { events.append(.unarchived(Unarchived())) }
        if let name = changes.name, name != state.name { events.append(.renamed(.with { $0.name = name })) }
        if let tags = changes.tags, tags != state.tags { events.append(.tagged(.with { $0.tags = tags })) }
        if let notes = changes.notes, notes != state.notes { events.append(.noted(.with { $0.notes = notes })) }
        if !changes.params.isEmpty { events.append(.paramsSet(.with { $0.params = changes.params })) }
        if changes.isArchived == true { events.append(try archived(state, status)) }
        return events
    }

    /// The attempt that `holder` speaks for, if it is the one that trains now.
    private static func current(
        _ holder: SessionCommand.Holder, in state: SessionState
    ) throws(SessionRefusal) -> SessionState.Attempt {
        guard let attempt = state.attempt, attempt.number == holder.attempt else {
            throw .staleAttempt(holder.attempt, current: state.attempt?.number)
        }
        guard attempt.tokenDigest == holder.tokenDigest else { throw .wrongToken }
        return attempt
    }

    private static func finished(
        _ finish: SessionCommand.Finish, attempt: UInt32, _ state: SessionState
    ) -> SessionEvent {
        switch finish {
        case .completed(let metrics, let reason):
            .completed(
                .with {
                    $0.attempt = attempt
                    $0.epoch = state.epoch
                    $0.step = state.step
                    $0.finalMetrics = metrics
                    $0.earlyStopReason = reason
                })
        case .stopped(let step, let checkpoint, let message):
            .stopped(
                .with {
                    $0.attempt = attempt
                    $0.epoch = state.epoch
                    $0.step = max(step, state.step)
                    $0.checkpointID = checkpoint
                    $0.message = message
                })
        case .failed(let message):
            .failed(
                .with {
                    $0.attempt = attempt
                    $0.message = message
                })
        }
    }

    private static func lose(_ number: UInt32, _ message: String, _ state: SessionState) -> [SessionEvent] {
        guard let attempt = state.attempt, attempt.number == number else { return [] }  // it has ended meanwhile
        let lost = SessionEvent.attemptLost(
            .with {
                $0.attempt = number
                $0.message = message
            })
        if case .stopping = state.lifecycle {
            return [lost, .stopped(stopped(state, "the trainer was lost while stopping: " + message))]
        }
        if state.lossCount < state.maxRestarts { return [lost] }
        let count = state.lossCount + 1
        let summary = count == 1 ? "the trainer was lost" : "the trainer was lost \(count) times"
        return [
            lost,
            .failed(
                .with {
                    $0.attempt = number
                    $0.message = "\(summary): \(message)"
                }),
        ]
    }

    private static func stopped(_ state: SessionState, _ message: String) -> Stopped {
        .with {
            $0.attempt = state.attempt?.number ?? 0
            $0.epoch = state.epoch
            $0.step = state.step
            $0.message = message
        }
    }
}

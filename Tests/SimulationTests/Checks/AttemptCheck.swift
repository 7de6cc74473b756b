import Tracking

/// Checks that at most one attempt trains each session at any time, and that nobody else reports.
struct AttemptCheck {
    private struct Training {
        var attempt: UInt32?
        var count: UInt32 = 0
        var epoch: UInt32 = 0
        /// The command that queued the session last. It may end the session too, in the attempt's name.
        var queuedBy: CommandID?
    }

    private var trainings: [StreamID: Training] = [:]
    private var findings: [String] = []

    /// The faults in the whole history `events`.
    static func findings(in events: [RecordedEvent]) throws -> [String] {
        var check = AttemptCheck()
        for event in events where event.stream.category == .session { try check.take(event) }
        return check.findings
    }

    private mutating func take(_ record: RecordedEvent) throws {
        var training = trainings[record.stream] ?? Training()
        defer { trainings[record.stream] = training }
        switch try SessionEvent(record) {
        case .attemptClaimed(let claim):
            if let attempt = training.attempt {
                find(record, "attempt \(claim.attempt) began while \(attempt) trained")
            }
            if claim.attempt != training.count + 1 {
                find(record, "attempt \(claim.attempt) came after \(training.count)")
            }
            (training.attempt, training.count, training.epoch) = (claim.attempt, claim.attempt, 0)
        case .attemptStarted(let started): check(record, started.attempt, training)
        case .epochCompleted(let completed):
            check(record, completed.attempt, training)
            if completed.epoch <= training.epoch {
                find(record, "epoch \(completed.epoch) came after \(training.epoch)")
            }
            training.epoch = completed.epoch
        case .checkpointSaved(let saved): if saved.attempt > 0 { check(record, saved.attempt, training) }
        case .completed(let completed): end(record, completed.attempt, &training)
        case .stopped(let stopped): end(record, stopped.attempt, &training)
        case .failed(let failed): end(record, failed.attempt, &training)
        case .startRequested: training.queuedBy = record.causation
        case .attemptLost(let lost):
            check(record, lost.attempt, training)
            (training.attempt, training.queuedBy) = (nil, record.causation)
        default: break
        }
    }

    private mutating func check(_ record: RecordedEvent, _ attempt: UInt32, _ training: Training) {
        if training.attempt != attempt {
            find(record, "it is of attempt \(attempt), and \(training.attempt.map { "\($0)" } ?? "none") trained")
        }
    }

    /// The session has ended: by its attempt, by what queued it, or with 0 while none trained.
    private mutating func end(_ record: RecordedEvent, _ attempt: UInt32, _ training: inout Training) {
        let isOfNobody = attempt == 0 || record.causation == training.queuedBy
        if training.attempt != nil || !isOfNobody { check(record, attempt, training) }
        training.attempt = nil
    }

    private mutating func find(_ record: RecordedEvent, _ finding: String) {
        findings.append("\(record.type) at \(record.position) of \(record.stream): \(finding)")
    }
}

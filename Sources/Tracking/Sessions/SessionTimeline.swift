/// Tells which of the things that a session recorded count.
///
/// An attempt says where it begins: its first epoch and its first step. From there on it does again what earlier attempts
/// did, so that what those recorded at or after that place is *superseded*: kept, and shown only when all attempts are asked
/// for. What was recorded before that place, and what no attempt recorded (uploads), counts.
///
/// An attempt that begins at step 1 without a checkpoint begins anew: it supersedes every step, also the step 0 of
/// programs that count from there; of epochs, like any other, those from its first one on.
package struct SessionTimeline: Sendable, Equatable {
    /// An attempt, and the earliest place at which it or a later one began.
    private struct Start: Sendable, Equatable {
        let attempt: UInt32
        var epoch: UInt32
        var step: Int64
    }

    /// In the order of the attempts; epochs and steps never decrease.
    private var starts: [Start] = []

    /// The timeline of a session that no attempt has started.
    package init() {}

    /// The timeline after the starts of `attempts`, in their order.
    package init(_ attempts: some Sequence<AttemptRecord>) {
        for attempt in attempts where attempt.firstEpoch > 0 {
            start(
                attempt: attempt.number, firstEpoch: attempt.firstEpoch, firstStep: attempt.firstStep,
                checkpointID: attempt.checkpointID)
        }
    }

    /// An attempt begins; attempts begin in the order of their numbers.
    package mutating func start(_ started: AttemptStarted) {
        start(
            attempt: started.attempt, firstEpoch: max(started.firstEpoch, 1), firstStep: max(started.firstStep, 1),
            checkpointID: started.checkpointID)
    }

    private mutating func start(attempt: UInt32, firstEpoch: UInt32, firstStep: UInt64, checkpointID: String) {
        let isAnew = firstStep == 1 && checkpointID.isEmpty
        let start = Start(attempt: attempt, epoch: firstEpoch, step: isAnew ? .min : Int64(clamping: firstStep))
        for index in starts.indices.reversed() {
            guard starts[index].epoch > start.epoch || starts[index].step > start.step else { break }
            starts[index].epoch = min(starts[index].epoch, start.epoch)
            starts[index].step = min(starts[index].step, start.step)
        }
        starts.append(start)
    }

    /// The first epoch of `attempt` that later attempts did again; nil when all count.
    package func epochEnd(ofAttempt attempt: UInt32) -> UInt32? { end(of: attempt)?.epoch }

    /// The first step of `attempt` that later attempts did again; nil when all count, the least number when none does.
    package func stepEnd(ofAttempt attempt: UInt32) -> Int64? { end(of: attempt)?.step }

    /// True when an epoch that `attempt` completed counts.
    package func counts(epoch: UInt32, ofAttempt attempt: UInt32) -> Bool {
        epochEnd(ofAttempt: attempt).map { epoch < $0 } ?? true
    }

    /// True when what `attempt` recorded after so many steps counts; an attempt of 0 is an upload.
    package func counts(step: Int64, ofAttempt attempt: UInt32) -> Bool {
        attempt == 0 || stepEnd(ofAttempt: attempt).map { step < $0 } ?? true
    }

    /// True when a checkpoint that `attempt` saved counts: what it holds lies on the visible timeline.
    package func counts(checkpointAfter step: UInt64, completedEpochs: UInt32, ofAttempt attempt: UInt32) -> Bool {
        guard attempt > 0, let end = end(of: attempt) else { return true }
        return Int64(clamping: step) < end.step && completedEpochs < end.epoch
    }

    /// True when a checkpoint counts. One that a later save of its epoch replaced does not.
    package func counts(_ checkpoint: CheckpointDocument) -> Bool {
        !checkpoint.replaced
            && counts(
                checkpointAfter: checkpoint.step, completedEpochs: checkpoint.completedEpochs,
                ofAttempt: checkpoint.attempt)
    }

    /// True when an artifact counts. One that says no step belongs to no place of the training.
    package func counts(_ artifact: ArtifactDocument) -> Bool {
        !artifact.hasStep || counts(step: artifact.step, ofAttempt: artifact.attempt)
    }

    private func end(of attempt: UInt32) -> Start? {
        var (low, high) = (0, starts.count)
        while low < high {
            let middle = (low + high) / 2
            if starts[middle].attempt > attempt { high = middle } else { low = middle + 1 }
        }
        return low < starts.count ? starts[low] : nil
    }
}

extension SessionDocument {
    /// The timeline that tells which of the things that the session recorded count.
    package var timeline: SessionTimeline { SessionTimeline(attempts) }
}

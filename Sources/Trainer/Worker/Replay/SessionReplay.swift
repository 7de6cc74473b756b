import API
package import Tracking
import TrainingConfiguration

/// The past of a session, as far as its trainer needs to know it: the fold of the stream `session/<id>`.
package struct SessionReplay: Equatable, Sendable {
    /// The resolved configuration in canonical JSON; empty before the session is created.
    package private(set) var configuration = ""
    /// The checkpoint of another session that this one begins with.
    package private(set) var parent: ResumePoint?
    /// The past session that this one does again, when it is a reproduction.
    package private(set) var reproduction: Reproduction?
    /// The latest record of each epoch, also of superseded ones.
    package private(set) var epochs: [Int: RecordedEpoch] = [:]
    /// The last start of an attempt; what its bits depended on.
    package private(set) var lastStart: AttemptStarted?
    /// True when a stop was asked for that no attempt has obeyed yet.
    package private(set) var isStopRequested = false
    /// The log's position of the last event.
    package private(set) var position: UInt64 = 0
    private var saved: [Saved] = []
    private var monitor = ""
    private var timeline = SessionTimeline()
    private let firstChoice: String?

    private struct Saved: Equatable {
        let point: ResumePoint
        let attempt: UInt32
        let completedEpochs: UInt32
        let value: Double?
    }

    /// The replay of no events, of a session that goes on from a checkpoint when the server names one.
    package init(resumingFrom checkpointID: String? = nil) { firstChoice = checkpointID }

    /// The fold of `events`, in their order.
    package init(_ events: [(position: UInt64, event: SessionEvent)], resumingFrom checkpointID: String? = nil) {
        self.init(resumingFrom: checkpointID)
        for (position, event) in events { add(event, at: position) }
    }

    /// The checkpoints to go on from, the one to try first in front: the one that the server names, those that attempts of
    /// this session saved, from the newest step down, then the parent's. When there is none, training begins anew.
    package var resumePoints: [ResumePoint] {
        let own = saved.enumerated().sorted { ($0.element.point.step, $0.offset) > ($1.element.point.step, $1.offset) }
        let points = own.map(\.element.point) + (parent.map { [$0] } ?? [])
        return points.filter { $0.checkpointID == firstChoice } + points.filter { $0.checkpointID != firstChoice }
    }

    /// True when the record of an epoch counts; one that a later attempt began before is to be trained again.
    package func counts(epoch: Int) -> Bool {
        guard let record = epochs[epoch] else { return false }
        return timeline.counts(epoch: UInt32(clamping: epoch), ofAttempt: record.attempt)
    }

    /// The last epoch of the visible timeline; 0 when there is none.
    package var lastEpoch: Int { epochs.keys.filter(counts).max() ?? parent?.epoch ?? 0 }

    /// The checkpoints that the attempts saved and nobody deleted.
    package var shelf: CheckpointShelf {
        CheckpointShelf(
            saved.map { .init(id: $0.point.checkpointID, epoch: $0.point.epoch, step: $0.point.step, value: $0.value) })
    }

    /// The judgement of the recorded epochs up to `epoch` by the monitored metrics.
    package func judgement(through epoch: Int, plan: TrainingPlan) -> EpochJudgement {
        var judgement = EpochJudgement()
        for (number, record) in epochs.sorted(by: { $0.key < $1.key }) where number <= epoch {
            judgement.observe(
                epoch: number, monitored: record.metrics[plan.checkpoints.monitor],
                watched: plan.earlyStopping.flatMap { record.metrics[$0.monitor] }, plan: plan)
        }
        return judgement
    }

    /// Makes the replay what it is after `event`.
    package mutating func add(_ event: SessionEvent, at position: UInt64) {
        self.position = max(self.position, position)
        switch event {
        case .created(let created):
            configuration = created.configuration
            monitor = created.monitor
            if created.hasReproduction { reproduction = created.reproduction }
            if created.hasParentCheckpoint {
                let checkpoint = created.parentCheckpoint
                parent = ResumePoint(
                    checkpointID: checkpoint.checkpointID, digest: checkpoint.digest, epoch: Int(checkpoint.epoch),
                    step: Int(checkpoint.step), isParent: true)
            }
        case .attemptStarted(let started):
            lastStart = started
            timeline.start(started)
            saved.removeAll { saved in
                !timeline.counts(
                    checkpointAfter: UInt64(saved.point.step), completedEpochs: saved.completedEpochs,
                    ofAttempt: saved.attempt)
            }
        case .epochCompleted(let epoch):
            epochs[Int(epoch.epoch)] = RecordedEpoch(
                attempt: epoch.attempt, step: Int(epoch.step), metrics: [MetricValue](epoch.metrics))
        case .checkpointSaved(let checkpoint):
            guard checkpoint.attempt > 0 else { break }
            let point = ResumePoint(
                checkpointID: checkpoint.checkpointID, digest: checkpoint.digest, epoch: Int(checkpoint.epoch),
                step: Int(checkpoint.step), isParent: false)
            saved.append(
                Saved(
                    point: point, attempt: checkpoint.attempt, completedEpochs: checkpoint.completedEpochs,
                    value: checkpoint.metrics.last { $0.name == monitor }?.value))
        case .checkpointDeleted(let deleted):
            saved.removeAll { $0.point.checkpointID == deleted.checkpointID }
        case .stopRequested: isStopRequested = true
        case .startRequested, .stopped, .completed, .failed: isStopRequested = false
        default: break  // says nothing of what was trained
        }
    }
}

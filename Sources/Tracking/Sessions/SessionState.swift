/// The part of a session's past that its rules need to know.
package struct SessionState: Sendable, Equatable {
    /// The phase of the session's life; what only some phases have stands in those phases.
    package enum Lifecycle: Sendable, Equatable {
        case notCreated
        case created
        case queued
        case running(Attempt)
        case stopping(Attempt)
        case finished(Outcome)
    }

    /// The attempt that trains now.
    package struct Attempt: Sendable, Equatable {
        package var number: UInt32
        package var tokenDigest: String
        package var leaseSeconds: UInt32
        /// The claiming process, as it said itself; 0 when it did not.
        package var processID: UInt32
        package var isStarted = false
    }

    package enum Outcome: Sendable, Equatable {
        case stopped, completed, failed
    }

    package var lifecycle = Lifecycle.notCreated
    package var isArchived = false
    /// True once it was deleted: it then takes no command.
    package var isDeleted = false
    /// True when it was taken over from another server: it is not trained here.
    package var isImported = false
    package var name = ""
    package var tags: [String] = []
    package var notes = ""
    /// Nil when this version does not know it.
    package var trainerKind: TrainerKind?
    /// The architecture that the weights of its checkpoints fit; empty in sessions of earlier versions.
    package var architecture = ""
    /// The program that may be started for this session alone; empty when there is none.
    package var allowedProgram = ""
    /// True when it does another session's training again.
    package var isReproduction = false
    package var plannedEpochs: UInt32 = 0
    package var maxRestarts: UInt32 = 0
    /// The last completed epoch of the visible timeline; a session that continues a checkpoint begins at its epoch.
    package var epoch: UInt32 = 0
    package var step: UInt64 = 0
    /// The number of attempts that were ever claimed; attempts are numbered from 1 to this.
    package var attemptCount: UInt32 { UInt32(tokenDigests.count) }
    /// The digest of each claim's token; attempt n stands at n − 1.
    package var tokenDigests: [String] = []
    /// The process that claimed last, as it said itself; 0 when it did not.
    package var lastProcessID: UInt32 = 0
    /// Attempts lost since the last start request.
    package var lossCount: UInt32 = 0
    /// The checkpoints that exist, by id.
    package var checkpoints: [String: SavedCheckpoint] = [:]
    /// The content of the checkpoint that was saved last, first of the one that the session continues; empty when there is none.
    package var lastCheckpointDigest = ""
    /// Each artifact path ever used: its newest version, and whether it is there now.
    package var artifacts: [String: SavedArtifact] = [:]

    package struct SavedCheckpoint: Sendable, Equatable {
        package var attempt: UInt32
        package var completedEpochs: UInt32
        package var step: UInt64
        package var digest: String
    }

    package struct SavedArtifact: Sendable, Equatable {
        package var version: UInt32
        package var content: ArtifactContent
        package var isPresent: Bool
    }

    /// The status that the API shows; nil before the session is created.
    package var status: Session.Status? {
        switch lifecycle {
        case .notCreated: nil
        case .created: .created
        case .queued: .queued
        case .running: .running
        case .stopping: .stopping
        case .finished(.stopped): .stopped
        case .finished(.completed): .completed
        case .finished(.failed): .failed
        }
    }

    /// True when the trainer is to save and stop.
    package var isStopRequested: Bool {
        if case .stopping = lifecycle { true } else { false }
    }

    /// True when it was completed, failed or stopped, and not started again.
    package var hasEnded: Bool {
        if case .finished = lifecycle { true } else { false }
    }

    /// The attempt that trains now, if one does.
    package var attempt: Attempt? {
        switch lifecycle {
        case .running(let attempt), .stopping(let attempt): attempt
        default: nil
        }
    }
}

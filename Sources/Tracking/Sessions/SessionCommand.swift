/// A command that a session can be given.
package enum SessionCommand: Sendable, Equatable {
    case create(SessionCreated)
    /// Creates a session whose first attempt begins at once.
    case createClaimed(SessionCreated, AttemptClaimed)
    case requestStart
    case requestStop
    case claimAttempt(AttemptClaimed)
    /// An attempt begins, with what is known of where and how.
    case startAttempt(AttemptStarted, facts: [Parameter], Holder)
    case completeEpoch(EpochCompleted, Holder)
    /// A checkpoint of the attempt that `Holder` names, or an upload from anywhere when there is none.
    case saveCheckpoint(CheckpointSaved, Holder?)
    case deleteCheckpoint(Checkpoint.ID, reason: String)
    case saveArtifact(ArtifactSaved)
    case deleteArtifact(path: String)
    case finish(Finish, Holder)
    /// The attempt's lease ran out, or its process ended without a word.
    case loseAttempt(number: UInt32, message: String)
    /// No trainer could be started for a queued session.
    case failLaunch(message: String)
    case update(Changes)
    case recordProvenance(ProvenanceRecorded)
    case reportResult(ResultReported)
    /// Reports how a reproduction compares with its original; sent to both.
    case reportReproduction(ReproductionReported)
    case archive
    /// Deletes the session with its checkpoints and artifacts.
    case delete
    /// Removes content of earlier records; also of sessions that are archived or deleted.
    case redact(SessionRedacted)

    /// The changes to a session; what is nil stays.
    package struct Changes: Sendable, Equatable {
        package var name: String?
        /// All tags from now on.
        package var tags: [String]?
        package var notes: String?
        /// Laid over the parameters that are known.
        package var params: [Parameter] = []
        package var isArchived: Bool?

        package init() {}

        /// Archives the session and changes nothing else.
        static let archiving: Changes = {
            var changes = Changes()
            changes.isArchived = true
            return changes
        }()
    }

    /// Identifies whoever speaks for an attempt: its number and the digest of the token that was shown.
    package struct Holder: Sendable, Equatable {
        package var attempt: UInt32
        package var tokenDigest: String

        package init(attempt: UInt32, tokenDigest: String) {
            self.attempt = attempt
            self.tokenDigest = tokenDigest
        }
    }

    /// The ending of an attempt by its own word.
    package enum Finish: Sendable, Equatable {
        case completed(finalMetrics: [Metric], earlyStopReason: String)
        case stopped(step: UInt64, checkpoint: String, message: String)
        case failed(message: String)
    }
}

package import SwiftProtobuf

/// An event of a `session/<id>` stream: something that happened to a session.
///
/// The messages, and what their fields mean, are in `schemas/pivot/events/v1/session.proto`.
package enum SessionEvent: DomainEvent {
    case created(SessionCreated)
    case paramsSet(ParamsSet)
    case provenanceRecorded(ProvenanceRecorded)
    case startRequested(StartRequested)
    case attemptClaimed(AttemptClaimed)
    case attemptStarted(AttemptStarted)
    case epochCompleted(EpochCompleted)
    case checkpointSaved(CheckpointSaved)
    case checkpointDeleted(CheckpointDeleted)
    case artifactSaved(ArtifactSaved)
    case artifactDeleted(ArtifactDeleted)
    case stopRequested(StopRequested)
    case stopped(Stopped)
    case completed(Completed)
    case failed(Failed)
    case attemptLost(AttemptLost)
    case resultReported(ResultReported)
    case reproductionReported(ReproductionReported)
    case renamed(Renamed)
    case tagged(Tagged)
    case noted(Noted)
    case archived(Archived)
    case unarchived(Unarchived)
    case deleted(Deleted)
    case imported(SessionImported)
    case redacted(SessionRedacted)

    package var type: String {
        switch self {
        case .created: "session.created"
        case .paramsSet: "session.params_set"
        case .provenanceRecorded: "session.provenance_recorded"
        case .startRequested: "session.start_requested"
        case .attemptClaimed: "session.attempt_claimed"
        case .attemptStarted: "session.attempt_started"
        case .epochCompleted: "session.epoch_completed"
        case .checkpointSaved: "session.checkpoint_saved"
        case .checkpointDeleted: "session.checkpoint_deleted"
        case .artifactSaved: "session.artifact_saved"
        case .artifactDeleted: "session.artifact_deleted"
        case .stopRequested: "session.stop_requested"
        case .stopped: "session.stopped"
        case .completed: "session.completed"
        case .failed: "session.failed"
        case .attemptLost: "session.attempt_lost"
        case .resultReported: "session.result_reported"
        case .reproductionReported: "session.reproduction_reported"
        case .renamed: "session.renamed"
        case .tagged: "session.tagged"
        case .noted: "session.noted"
        case .archived: "session.archived"
        case .unarchived: "session.unarchived"
        case .deleted: "session.deleted"
        case .imported: "session.imported"
        case .redacted: "session.redacted"
        }
    }

    /// The types of the events that end an attempt.
    package static let endingTypes = types(
        of: .stopped(Stopped()), .completed(Completed()), .failed(Failed()), .attemptLost(AttemptLost()))

    /// The types of `events`.
    package static func types(of events: SessionEvent...) -> Set<String> { Set(events.map(\.type)) }

    package var message: any SwiftProtobuf.Message {
        switch self {
        case .created(let message): message
        case .paramsSet(let message): message
        case .provenanceRecorded(let message): message
        case .startRequested(let message): message
        case .attemptClaimed(let message): message
        case .attemptStarted(let message): message
        case .epochCompleted(let message): message
        case .checkpointSaved(let message): message
        case .checkpointDeleted(let message): message
        case .artifactSaved(let message): message
        case .artifactDeleted(let message): message
        case .stopRequested(let message): message
        case .stopped(let message): message
        case .completed(let message): message
        case .failed(let message): message
        case .attemptLost(let message): message
        case .resultReported(let message): message
        case .reproductionReported(let message): message
        case .renamed(let message): message
        case .tagged(let message): message
        case .noted(let message): message
        case .archived(let message): message
        case .unarchived(let message): message
        case .deleted(let message): message
        case .imported(let message): message
        case .redacted(let message): message
        }
    }

    package var priority: AppendPriority {
        switch self {
        case .checkpointDeleted, .artifactDeleted, .stopRequested, .stopped, .completed, .failed, .attemptLost,
            .archived, .deleted, .redacted:
            .freeing
        case .attemptStarted, .epochCompleted, .resultReported, .reproductionReported: .report
        case .created, .paramsSet, .provenanceRecorded, .startRequested, .attemptClaimed, .checkpointSaved,
            .artifactSaved, .renamed, .tagged, .noted, .unarchived, .imported:
            .ordinary
        }
    }

    package init(type: String, payload: [UInt8]) throws(EventCodecError) {
        switch type {
        case "session.created": self = .created(try Self.decode(payload, of: type))
        case "session.params_set": self = .paramsSet(try Self.decode(payload, of: type))
        case "session.provenance_recorded": self = .provenanceRecorded(try Self.decode(payload, of: type))
        case "session.start_requested": self = .startRequested(try Self.decode(payload, of: type))
        case "session.attempt_claimed": self = .attemptClaimed(try Self.decode(payload, of: type))
        case "session.attempt_started": self = .attemptStarted(try Self.decode(payload, of: type))
        case "session.epoch_completed": self = .epochCompleted(try Self.decode(payload, of: type))
        case "session.checkpoint_saved": self = .checkpointSaved(try Self.decode(payload, of: type))
        case "session.checkpoint_deleted": self = .checkpointDeleted(try Self.decode(payload, of: type))
        case "session.artifact_saved": self = .artifactSaved(try Self.decode(payload, of: type))
        case "session.artifact_deleted": self = .artifactDeleted(try Self.decode(payload, of: type))
        case "session.stop_requested": self = .stopRequested(try Self.decode(payload, of: type))
        case "session.stopped": self = .stopped(try Self.decode(payload, of: type))
        case "session.completed": self = .completed(try Self.decode(payload, of: type))
        case "session.failed": self = .failed(try Self.decode(payload, of: type))
        case "session.attempt_lost": self = .attemptLost(try Self.decode(payload, of: type))
        case "session.result_reported": self = .resultReported(try Self.decode(payload, of: type))
        case "session.reproduction_reported": self = .reproductionReported(try Self.decode(payload, of: type))
        case "session.renamed": self = .renamed(try Self.decode(payload, of: type))
        case "session.tagged": self = .tagged(try Self.decode(payload, of: type))
        case "session.noted": self = .noted(try Self.decode(payload, of: type))
        case "session.archived": self = .archived(try Self.decode(payload, of: type))
        case "session.unarchived": self = .unarchived(try Self.decode(payload, of: type))
        case "session.deleted": self = .deleted(try Self.decode(payload, of: type))
        case "session.imported": self = .imported(try Self.decode(payload, of: type))
        case "session.redacted": self = .redacted(try Self.decode(payload, of: type))
        default: throw .unknownType(type)
        }
    }
}

import JSON
import Tracking

/// The content of a `status` frame: the state a session is in after an event.
struct StatusChange {
    private var status: Session.Status?
    private var attempt: UInt32 = 0
    private var epoch: UInt32?
    private var step: UInt64?
    private var message = ""
    private var checkpointID = ""
    private var isArchived: Bool?
    private var isDeleted = false

    /// Nil for events that leave the state as it is.
    init?(_ event: SessionEvent) {
        switch event {
        case .created: status = .created
        case .startRequested: status = .queued
        case .attemptClaimed(let claim):
            status = .running
            attempt = claim.attempt
        case .attemptStarted(let started):
            status = .running
            attempt = started.attempt
            epoch = started.firstEpoch - min(1, started.firstEpoch)
            step = started.firstStep - min(1, started.firstStep)
        case .stopRequested: status = .stopping
        case .stopped(let stopped):
            status = .stopped
            attempt = stopped.attempt
            epoch = stopped.epoch
            step = stopped.step
            message = stopped.message
            checkpointID = stopped.checkpointID
        case .completed(let completed):
            status = .completed
            attempt = completed.attempt
            epoch = completed.epoch
            step = completed.step
        case .failed(let failed):
            status = .failed
            attempt = failed.attempt
            message = failed.message
        case .attemptLost(let lost):
            status = .queued
            attempt = lost.attempt
            message = lost.message
        case .archived: isArchived = true
        case .unarchived: isArchived = false
        case .deleted: isDeleted = true
        default: return nil
        }
    }

    /// Writes the members of the frame.
    func write(to writer: inout JSONWriter) {
        if let status {
            writer.key("status")
            writer.string(status.rawValue)
        }
        if attempt > 0 {
            writer.key("attempt")
            writer.integer(attempt)
        }
        if let epoch {
            writer.key("epoch")
            writer.integer(epoch)
        }
        if let step {
            writer.key("step")
            writer.integer(step)
        }
        if !checkpointID.isEmpty {
            writer.key("checkpoint_id")
            writer.string(checkpointID)
        }
        if !message.isEmpty {
            writer.key("message")
            writer.string(FeedEncoder.bounded(message))
        }
        if let isArchived {
            writer.key("archived")
            writer.bool(isArchived)
        }
        if isDeleted {
            writer.key("deleted")
            writer.bool(true)
        }
    }
}

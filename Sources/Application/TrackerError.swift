package import Tracking

/// The reason that the tracker does not do as asked, beside its deciders' refusals and its stores' failures.
package enum TrackerError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The kind of a thing that does not exist.
    package enum Kind: String, Sendable {
        case session, checkpoint, artifact, webhook, delivery, rule, alert, notification, model, alias, tile
    }

    case unknown(Kind, String)
    /// The checkpoint, or one of the session's, is what these aliases point at.
    case aliased(Session.ID, Checkpoint.ID?, by: [String])
    /// An alias is set, or a checkpoint deleted, at this moment.
    case checkpointsBusy(Session.ID)
    /// The retention rules are being applied at this moment.
    case retentionBusy
    /// Whoever trains may not decide what a model's aliases point at.
    case promotionByLease
    /// It was there, and the event at a position of the log removed it.
    case checkpointDeleted(String, by: LogPosition, reason: String)
    case artifactDeleted(String, by: LogPosition)
    /// No session was ever started, so that there is no latest one.
    case noSessionStarted
    /// A field of the request has a value that it cannot have; the reason goes on after the field's name.
    case invalid(field: String, reason: String)
    /// Sessions of programs may not be created from other machines.
    case remoteCommand
    /// A client claims to be run by the server's own user, and is not.
    case ownerInvalid
    /// The call is for the attempt that trains the session.
    case leaseRequired
    case leaseInvalid(Session.ID)
    case notReproducible(String)
    case notClaimable
    /// An upload of so many bytes would not leave the reserve free on the disk.
    case noRoom(needed: Int, free: Int, reserve: Int)
    /// The client has so many uploads under way, and so many slots are free.
    case tooManyUploads(own: Int, free: Int)
    /// The claim was carried out before, for someone who did not show the secret that is shown now.
    case claimRepeated(attempt: UInt32)
    /// The session that is to be imported is here with another content.
    case importDiffers(Session.ID, here: Digest, archived: Digest)
    /// The session that is to be imported was here and is deleted.
    case importDeleted(Session.ID)
    /// The import of another archive of the same session was broken off.
    case importBegun(Session.ID)
    /// The read models do not reach a position in time.
    case readModelsBehind(position: LogPosition, asked: LogPosition)

    package var description: String {
        switch self {
        case .unknown(let kind, let id): "There is no \(kind.rawValue) '\(id)'."
        case .aliased(let session, let checkpoint, let aliases):
            "\(checkpoint?.text ?? "A checkpoint of \(session)") cannot be deleted: \(aliases.prefix(10).joined(separator: ", ")) "
                + "\(aliases.count == 1 ? "points" : "point") at it. Point elsewhere or remove the alias first."
        case .checkpointsBusy(let session):
            "Checkpoints of \(session) are being promoted or deleted at this moment. Try again."
        case .retentionBusy: "The retention rules are being applied at this moment. Try again later."
        case .promotionByLease:
            "A lease does not allow to set or remove aliases: what a model's aliases point at is not decided by the "
                + "training. Send the request without the lease."
        case .checkpointDeleted(let id, let position, let reason):
            "Checkpoint \(id) was removed by event \(position): \(reason)."
        case .artifactDeleted(let path, let position): "The artifact '\(path)' was removed by event \(position)."
        case .noSessionStarted: "No session has been started yet. Start one, or name one in the path."
        case .invalid(let field, let reason): "\(field) \(reason)."
        case .remoteCommand:
            "Sessions of kind command may be created from the server's own machine only. Create it there, or set "
                + "allow_remote_commands in the server's configuration."
        case .ownerInvalid:
            "The secret after 'Authorization: Local' is not the one in this server's data directory, or the request "
                + "does not come from the server's own machine. Omit it, or send the owner-secret of that directory."
        case .leaseRequired:
            "Only the attempt that trains the session may make this call. Claim the session, then send "
                + "'Authorization: Lease <token>'."
        case .leaseInvalid(let session): "The lease token does not belong to any attempt of \(session)."
        case .notReproducible(let reason): "The session cannot be reproduced: \(reason)."
        case .notClaimable: "The session cannot be claimed now."
        case .noRoom(let needed, let free, let reserve):
            "There is no room for the upload\(needed > 0 ? " of \(needed) bytes" : ""): \(free) bytes are free, of which "
                + "\(reserve) must stay free. Delete checkpoints or artifacts, or free some space on the disk, then upload "
                + "again."
        case .tooManyUploads(let own, let free):
            own == 0
                ? "The server takes no more uploads at once. Try again later."
                : "This client has \(own) uploads under way, as many as it may while \(free) more can begin. Try again "
                    + "when one has ended."
        case .claimRepeated(let attempt):
            "This claim was carried out before, as attempt \(attempt), and its token is given again only to who sends the "
                + "same claim_secret. Send that, or claim under a new Idempotency-Key once the attempt has ended or is lost."
        case .importDiffers(let session, let here, let archived):
            "\(session) is here already, with other content: it has the digest \(here) here and \(archived) in the archive. "
                + "Nothing was changed. Import the archive on another server."
        case .importDeleted(let session):
            "\(session) was on this server and is deleted; its id is not given again. Import it on another server."
        case .importBegun(let session):
            "The import of another archive of \(session) was broken off, and its measurements are not those of this archive. "
                + "Import that one, or this one on another server."
        case .readModelsBehind(let position, let asked):
            "The read models are at position \(position), but \(asked) was asked for. Try again."
        }
    }
}

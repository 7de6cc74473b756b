package import Tracking

/// The sender of a command, and what tells the command from every other one.
package struct CommandIdentity: Sendable {
    package var id: CommandID
    /// The digest of the canonical command, as the sender meant it.
    package var digest: Digest
    /// The name of whoever asks, at most 255 bytes of UTF-8.
    package var actor: String
    /// The time at which it happened, by the sender's clock.
    package var occurredAt: Timestamp?
    /// True when the sender chose the id, so that the command may have come before.
    package var mayBeRepeat: Bool

    package init(id: CommandID, digest: Digest, actor: String, occurredAt: Timestamp? = nil, mayBeRepeat: Bool) {
        self.id = id
        self.digest = digest
        self.actor = actor
        self.occurredAt = occurredAt
        self.mayBeRepeat = mayBeRepeat
    }
}

package import Tracking

/// The events that a command wants to append to one stream, all or none of them.
package struct AppendRequest: Sendable {
    /// The most events of one append.
    package static let maximumEventCount = 65_536
    /// The most bytes of one append, counted as its records are stored.
    package static let maximumByteCount = 24 << 20

    package var stream: StreamID
    /// In the order in which they will stand. Empty when the command changes nothing: then nothing is recorded.
    package var events: [NewEvent]
    package var expecting: ExpectedVersion
    /// Names the command, for the stream's life.
    package var commandID: CommandID
    /// The digest of the canonical command: tells a repeat from a second command with the same id.
    package var commandDigest: Digest
    /// The name of whoever asks, at most 255 bytes of UTF-8.
    package var actor: String
    /// The earlier records whose content goes with the append, in the same transaction. The request's one event names them.
    package var redacting: [RecordRemainder] = []

    /// The reach of the append into the room that is kept free: that of the event that may reach least far.
    package var priority: AppendPriority { events.map(\.priority).min() ?? .freeing }

    package init(
        stream: StreamID, events: [NewEvent], expecting: ExpectedVersion, commandID: CommandID,
        commandDigest: Digest, actor: String
    ) {
        self.stream = stream
        self.events = events
        self.expecting = expecting
        self.commandID = commandID
        self.commandDigest = commandDigest
        self.actor = actor
    }
}

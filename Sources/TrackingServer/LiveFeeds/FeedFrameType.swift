/// What a frame of a feed tells.
package enum FeedFrameType: String, CaseIterable, Sendable {
    /// The feed is open; always the first.
    case connection
    /// An epoch is complete: its record.
    case epochComplete = "epoch_complete"
    /// Step metrics, and how far the running epoch is.
    case metrics
    /// A checkpoint was saved or uploaded.
    case checkpointSaved = "checkpoint_saved"
    /// The session is in another state.
    case status
    /// Lines of output.
    case log
    /// Readings of the machine that trains.
    case host
    /// An alert rose, or ended.
    case alert
    /// The session is complete; the last frame of its feed.
    case trainingComplete = "training_complete"
    /// The session has failed; the last frame of its feed.
    case error
    /// Nothing happened for a while.
    case heartbeat

    /// Whether its events are those of `telemetry/<id>` streams.
    var isTelemetry: Bool { self == .metrics || self == .log || self == .host }

    /// Whether it is sent whatever a client asked for.
    var isEssential: Bool { self == .connection || self == .trainingComplete || self == .error }
}

/// The kind of a feed's frame.
///
/// Every frame is one JSON object in one line with `type` and `position`, the place of its event in the log; every
/// frame but `connection` and `heartbeat` has `session_id` and `timestamp` too. An event that needs more than one frame
/// has `part` (from 1) and `parts` in each, and shares out its list. NaN and the infinities are strings, except in
/// `final_metrics`. Each case names its other members; `?` marks those that can be absent.
package enum FeedFrameType: String, CaseIterable, Sendable {
    /// The feed is open; always the first. `head`: the log's last position; `session_id?`. Its position is where a
    /// client that reads nothing more may come back to.
    case connection
    /// An epoch is complete. `epoch`, `step`, `attempt`, `metrics`: the epoch's record by name.
    case epochComplete = "epoch_complete"
    /// Step metrics, and how far the running epoch is. `attempt`, `series`: a list of `{name, steps, values, times?}`
    /// with equally long lists; for progress the list is empty and there are `epoch`, `step`, `epoch_fraction`.
    case metrics
    /// A checkpoint was saved or uploaded. `checkpoint_id`, `epoch`, `step`, `attempt` (0 for uploads), `digest`,
    /// `file_name`, `byte_count`, `stored_byte_count`, `marks`, `metrics`.
    case checkpointSaved = "checkpoint_saved"
    /// The session is in another state. `status?`, `attempt?`, `epoch?` and `step?` (those that are done), `message?`,
    /// `checkpoint_id?`, `archived?`.
    case status
    /// Lines of output. `attempt`, `rank`, `lines`: a list of `{time, source, level, text, continued?}`; a line that is
    /// continued goes on in the next element.
    case log
    /// Readings of the machine that trains. `attempt`, `rank`, `host`, `readings`: a list of `{time, name, value}`.
    case host
    /// An alert rose, was acknowledged or is over. `alert_id`, `status`: `active`, `acknowledged` or `resolved`. With `active`
    /// `rule_id`, `rule_name`, `severity`, `condition`, `message`, `metric?`, `value?`, `threshold?`; with `acknowledged`
    /// `acknowledged_by?`; with `resolved` `resolution`. One of the server's own figures has no `session_id`, and is told in the
    /// feed of everything.
    case alert
    /// People are notified: of an ending or an interruption, of an alert that asks for it, or of a webhook that could not be told
    /// something. Only in the feed of everything. `id`, `notification_type`: `training`, `alert` or `system`, `priority`: `low`,
    /// `medium` or `high`, `event`, `message`, `alert_id?`, `webhook_id?`.
    case notification
    /// The session is complete; the last frame of its feed. `final_metrics`: the finite ones by name,
    /// `nonfinite_metrics`: the names of the others, `epoch`, `step`, `attempt`, `early_stop_reason?`.
    case trainingComplete = "training_complete"
    /// The session has failed; the last frame of its feed. `message`, `attempt`.
    case error
    /// Nothing happened for a while.
    case heartbeat

    /// True for frames that tell of events in `telemetry/<id>` streams.
    var isTelemetry: Bool { self == .metrics || self == .log || self == .host }

    /// True for frames that are sent whatever a client asked for.
    var isEssential: Bool { self == .connection || self == .trainingComplete || self == .error }
}

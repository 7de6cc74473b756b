package import Tracking

/// What a model's alias points at, since when, who said so, and why.
package struct ModelAliasInfo: Document, Equatable {
    package static let name = "ModelAlias"

    package var model = ""
    package var alias = ""
    package var checkpointID = ""
    package var sessionID = ""
    package var epoch = 0
    /// The metric that the session monitors.
    package var metricName: String?
    /// The checkpoint's value of it, when there is a finite one.
    package var metricValue: Double?
    /// Of the checkpoint's uncompressed bytes.
    package var digest = Digest(hashing: [])
    package var fileName = ""
    /// The size of the uncompressed bytes.
    package var byteCount: Int64 = 0
    package var reason = ""
    /// The name that who asked for it gave.
    package var by: String?
    /// Who asked for it, as the log's record says.
    package var actor = ""
    /// What it pointed at before; absent when there was no such alias.
    package var previousCheckpointID: String?
    package var setAt = Timestamp(rawValue: 0)
    /// The place of its event in the log.
    package var position: UInt64 = 0
    /// Told when it was removed.
    package var message: String?

    package init() {}

    package static let fields: [Field<ModelAliasInfo>] = [
        Field("model", \.model), Field("alias", \.alias), Field("checkpoint_id", \.checkpointID),
        Field("session_id", \.sessionID), Field("epoch", \.epoch), Field("metric_name", \.metricName),
        Field("metric_value", \.metricValue), Field("digest", \.digest), Field("file_name", \.fileName),
        Field("file_size_bytes", \.byteCount), Field("reason", \.reason), Field("by", \.by), Field("actor", \.actor),
        Field("previous_checkpoint_id", \.previousCheckpointID), Field("set_at", \.setAt),
        Field("position", \.position), Field("message", \.message),
    ]
}

package import JSON
package import Tracking

/// A record of the log as a line of JSON.
package struct EventInfo: Document, Equatable {
    package static let name = "Event"

    /// Its place in the log, from 1.
    package var position: UInt64 = 0
    /// Such as `session/<id>`.
    package var stream = ""
    package var version: UInt64 = 0
    package var id = ""
    /// Such as `session.epoch_completed`.
    package var type = ""
    package var schemaVersion: UInt32 = 1
    package var recordedAt = Timestamp(rawValue: 0)
    package var occurredAt: Timestamp?
    /// When it was recorded on the server that it was imported from.
    package var originallyRecordedAt: Timestamp?
    package var actor = ""
    package var causation: String?
    /// Set when content of `data` was removed.
    package var redacted: EventRedaction?
    /// The event's fields.
    package var data = JSONObject()

    package init() {}

    package static let fields: [Field<EventInfo>] = [
        Field("position", \.position), Field("stream", \.stream), Field("version", \.version), Field("id", \.id),
        Field("type", \.type), Field("schema_version", \.schemaVersion), Field("recorded_at", \.recordedAt),
        Field("occurred_at", \.occurredAt), Field("originally_recorded_at", \.originallyRecordedAt),
        Field("actor", \.actor), Field("causation", \.causation),
        Field("redacted", \.redacted),
        Field("data", \.data),
    ]
}

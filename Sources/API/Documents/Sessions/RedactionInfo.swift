package import Tracking

/// What a redaction took away, or would take away.
package struct RedactionInfo: Document, Equatable {
    package static let name = "Redaction"

    package var sessionID = ""
    package var kinds: [RedactionKind] = []
    package var reason = ""
    package var before: Timestamp?
    package var isDryRun = false
    /// The records that lost content.
    package var recordCount = 0
    /// The bytes of their payloads, less those that are left.
    package var byteCount = 0
    /// What is left to do for the same request again: one redacts at most 20,000 records.
    package var remainingCount = 0
    package var remainingByteCount = 0
    /// The event; nil when nothing was redacted.
    package var position: UInt64?
    package var recordedAt: Timestamp?

    package init() {}

    package static let fields: [Field<RedactionInfo>] = [
        Field("session_id", \.sessionID), Field("kinds", \.kinds), Field("reason", \.reason),
        Field("before", \.before), Field("dry_run", \.isDryRun), Field("record_count", \.recordCount),
        Field("byte_count", \.byteCount), Field("remaining_count", \.remainingCount),
        Field("remaining_byte_count", \.remainingByteCount), Field("position", \.position),
        Field("recorded_at", \.recordedAt),
    ]
}

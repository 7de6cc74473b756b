/// The content that the retention rules took away, or would take away now.
package struct RetentionReportInfo: Document, Equatable {
    package static let name = "RetentionReport"

    package var isDryRun = false
    /// In the order of the rules' names, then of the sessions' creation.
    package var sessions: [RetentionItemInfo] = []
    /// The sums over the sessions.
    package var recordCount = 0
    package var byteCount = 0
    package var checkpointCount = 0
    package var checkpointByteCount = 0
    /// True when not all sessions were looked at.
    package var hasMore = false

    package init() {}

    package static let fields: [Field<RetentionReportInfo>] = [
        Field("dry_run", \.isDryRun), Field("sessions", \.sessions), Field("record_count", \.recordCount),
        Field("byte_count", \.byteCount), Field("checkpoint_count", \.checkpointCount),
        Field("checkpoint_byte_count", \.checkpointByteCount), Field("has_more", \.hasMore),
    ]
}

/// The content that one rule takes of one session.
package struct RetentionItemInfo: Document, Equatable {
    package static let name = "RetentionItem"

    package var rule = ""
    package var sessionID = ""
    package var sessionName = ""
    /// The records that lose content.
    package var recordCount = 0
    /// The bytes of their payloads, less those that are left.
    package var byteCount = 0
    /// The ids of the checkpoints that are deleted, in the order they were saved.
    package var checkpoints: [String] = []
    /// The bytes of their files, uncompressed.
    package var checkpointByteCount = 0

    package init() {}

    package static let fields: [Field<RetentionItemInfo>] = [
        Field("rule", \.rule), Field("session_id", \.sessionID), Field("session_name", \.sessionName),
        Field("record_count", \.recordCount), Field("byte_count", \.byteCount), Field("checkpoints", \.checkpoints),
        Field("checkpoint_byte_count", \.checkpointByteCount),
    ]
}

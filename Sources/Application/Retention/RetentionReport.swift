package import Tracking

/// The content that the retention rules took away, or would take away now.
package struct RetentionReport: Sendable, Equatable {
    /// The content that one rule took of one session.
    package struct Item: Sendable, Equatable {
        package var rule: RetentionRule.Name
        package var session: Session.ID
        package var sessionName: String
        /// The records that lost content, and its bytes.
        package var redacted = RedactionCount()
        /// The checkpoints that were deleted, in the order they were saved.
        package var checkpoints: [Checkpoint.ID] = []
        /// The bytes of their files, uncompressed.
        package var checkpointByteCount = 0

        package var isEmpty: Bool { redacted.recordCount == 0 && checkpoints.isEmpty }
    }

    /// In the order of the rules' names, then of the sessions' creation.
    package var items: [Item] = []
    /// True when not all sessions were looked at.
    package var hasMore = false
    /// The last event of it; nil when nothing was taken.
    package var position: LogPosition?

    package init() {}
}

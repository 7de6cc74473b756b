package import Tracking

/// A rule that says what is kept of sessions, and for how long.
package struct RetentionRuleInfo: Document, Equatable {
    package static let name = "RetentionRule"

    package var ruleName = ""
    package var status = RetentionRule.Status.archived
    package var filter: String?
    /// Counted from when the session was archived, or ended.
    package var afterDays: UInt32 = 0
    package var redact: [RedactionKind] = []
    /// Nil when all checkpoints stay.
    package var keepBestCheckpoints: UInt32?
    /// Who set it last, as the log's record says.
    package var actor = ""
    package var createdAt = Timestamp(rawValue: 0)
    package var updatedAt = Timestamp(rawValue: 0)
    /// The place of its last event in the log.
    package var position: UInt64 = 0
    /// Only in the answer that deletes it.
    package var message: String?

    package init() {}

    package static let fields: [Field<RetentionRuleInfo>] = [
        Field("name", \.ruleName), Field("status", \.status), Field("filter", \.filter),
        Field("after_days", \.afterDays), Field("redact", \.redact),
        Field("keep_best_checkpoints", \.keepBestCheckpoints), Field("actor", \.actor),
        Field("created_at", \.createdAt), Field("updated_at", \.updatedAt), Field("position", \.position),
        Field("message", \.message),
    ]
}

/// The retention rules that there are.
package struct RetentionRuleList: Document, Equatable {
    package static let name = "RetentionRuleList"

    /// In the order of their names.
    package var rules: [RetentionRuleInfo] = []
    package var total = 0

    package init() {}

    package static let fields: [Field<RetentionRuleList>] = [Field("rules", \.rules), Field("total", \.total)]
}

extension RetentionRule.Status: FieldValue {}

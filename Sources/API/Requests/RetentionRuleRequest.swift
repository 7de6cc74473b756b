package import Tracking

/// All of a retention rule, as it is to be.
package struct RetentionRuleRequest: Document, Equatable {
    package static let name = "SetRetentionRule"

    package var status = RetentionRule.Status.archived
    /// Only sessions of which this condition holds; nil for all.
    package var filter: String?
    package var afterDays: UInt32 = 0
    package var redact: [RedactionKind]?
    package var keepBestCheckpoints: UInt32?

    package init() {}

    package static let fields: [Field<RetentionRuleRequest>] = [
        Field("status", \.status), Field("filter", \.filter, .bytes(0...RetentionRule.mostFilterBytes)),
        Field("after_days", \.afterDays, .range(RetentionRule.days)),
        Field("redact", \.redact, .count(0...RedactionKind.allCases.count)),
        Field("keep_best_checkpoints", \.keepBestCheckpoints, .range(RetentionRule.checkpointCounts)),
    ]
}

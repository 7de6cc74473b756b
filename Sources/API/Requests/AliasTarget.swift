import Tracking

/// A request to point an alias at a checkpoint.
package struct AliasTarget: Document, Equatable {
    package static let name = "SetModelAlias"

    package var checkpointID = ""
    /// Why.
    package var reason = ""
    /// Who asks for it.
    package var by: String?
    /// What it must point at until then; `.some(nil)`, null in JSON, when there must be no such alias.
    package var expected: String??

    package init() {}

    package static let fields: [Field<AliasTarget>] = [
        Field("checkpoint_id", \.checkpointID, .bytes(1...255)),
        Field("reason", \.reason, .bytes(1...Model.longestReason)), Field("by", \.by, .bytes(1...Model.longestBy)),
        Field(nullable: "expected_checkpoint_id", \.expected, .bytes(1...255)),
    ]
}

package import JSON
package import Tracking

/// Where what an alias points at comes from.
package struct ModelLineageInfo: Document, Equatable {
    package static let name = "ModelLineage"

    package var model = ""
    package var alias = ""
    /// The place in the log whose state this is.
    package var position: UInt64 = 0
    /// From the alias back.
    package var steps: [LineageStepInfo] = []
    /// False when there are more ancestors than are followed.
    package var isComplete = true

    package init() {}

    package static let fields: [Field<ModelLineageInfo>] = [
        Field("model", \.model), Field("alias", \.alias), Field("position", \.position), Field("steps", \.steps),
        Field("complete", \.isComplete),
    ]
}

/// One link of the chain, and the event of the log that says it.
package struct LineageStepInfo: Document, Equatable {
    package static let name = "LineageStep"

    package static let kinds = ["alias", "checkpoint", "session", "configuration", "code", "data", "parent"]

    package var kind = "alias"
    /// 0 for the checkpoint that the alias points at, 1 for the one which that continued, and so on.
    package var depth = 0
    /// A sentence.
    package var summary = ""
    /// True when the log does not say what is asked for.
    package var isMissing = false
    package var facts = JSONObject()
    /// The event's type and place in the log; absent when no event says it.
    package var event: String?
    package var position: UInt64?
    /// The session in whose stream the event is; absent for that of the alias.
    package var sessionID: String?
    package var recordedAt: Timestamp?
    /// Who asked for it.
    package var actor: String?

    package init() {}

    package static let fields: [Field<LineageStepInfo>] = [
        Field("kind", \.kind, .words(kinds)), Field("depth", \.depth), Field("summary", \.summary),
        Field("missing", \.isMissing, omitting: false), Field("facts", \.facts), Field("event", \.event),
        Field("position", \.position), Field("session_id", \.sessionID), Field("recorded_at", \.recordedAt),
        Field("actor", \.actor),
    ]
}

package import Tracking

/// A model: its aliases, and a page of what happened to them.
package struct ModelInfo: Document, Equatable {
    package static let name = "Model"

    package var modelName = ""
    /// In the order of their names.
    package var aliases: [ModelAliasInfo] = []
    /// The newest first.
    package var history: [ModelChangeInfo] = []
    /// How many changes there are on all pages.
    package var total = 0
    package var createdAt = Timestamp(rawValue: 0)
    package var updatedAt = Timestamp(rawValue: 0)

    package init() {}

    package static let fields: [Field<ModelInfo>] = [
        Field("name", \.modelName), Field("aliases", \.aliases), Field("history", \.history), Field("total", \.total),
        Field("created_at", \.createdAt), Field("updated_at", \.updatedAt),
    ]
}

/// Something that happened to an alias.
package struct ModelChangeInfo: Document, Equatable {
    package static let name = "ModelChange"

    package var alias = ""
    /// `set` or `removed`.
    package var action = "set"
    /// What it points at since; absent when it was removed.
    package var checkpointID: String?
    package var sessionID: String?
    package var digest: Digest?
    /// What it pointed at before; absent when there was no such alias.
    package var previousCheckpointID: String?
    package var reason = ""
    /// The name that who asked for it gave.
    package var by: String?
    /// Who asked for it, as the log's record says.
    package var actor = ""
    package var changedAt = Timestamp(rawValue: 0)
    /// The place of its event in the log.
    package var position: UInt64 = 0

    package init() {}

    package static let fields: [Field<ModelChangeInfo>] = [
        Field("alias", \.alias), Field("action", \.action, .words(["set", "removed"])),
        Field("checkpoint_id", \.checkpointID), Field("session_id", \.sessionID), Field("digest", \.digest),
        Field("previous_checkpoint_id", \.previousCheckpointID), Field("reason", \.reason), Field("by", \.by),
        Field("actor", \.actor), Field("changed_at", \.changedAt), Field("position", \.position),
    ]
}

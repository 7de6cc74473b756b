package import Tracking

/// The models that there are.
package struct ModelList: Document, Equatable {
    package static let name = "ModelList"

    /// In the order of their names.
    package var models: [ModelSummary] = []
    /// How many there are on all pages.
    package var total = 0

    package init() {}

    package static let fields: [Field<ModelList>] = [Field("models", \.models), Field("total", \.total)]
}

/// A model as lists show it.
package struct ModelSummary: Document, Equatable {
    package static let name = "ModelSummary"

    package var modelName = ""
    package var aliases: [ModelAliasSummary] = []
    package var createdAt = Timestamp(rawValue: 0)
    package var updatedAt = Timestamp(rawValue: 0)

    package init() {}

    package static let fields: [Field<ModelSummary>] = [
        Field("name", \.modelName), Field("aliases", \.aliases), Field("created_at", \.createdAt),
        Field("updated_at", \.updatedAt),
    ]
}

/// An alias as lists show it.
package struct ModelAliasSummary: Document, Equatable {
    package static let name = "ModelAliasSummary"

    package var alias = ""
    package var checkpointID = ""
    package var sessionID = ""
    package var setAt = Timestamp(rawValue: 0)
    /// The place of its event in the log.
    package var position: UInt64 = 0

    package init() {}

    package static let fields: [Field<ModelAliasSummary>] = [
        Field("alias", \.alias), Field("checkpoint_id", \.checkpointID), Field("session_id", \.sessionID),
        Field("set_at", \.setAt), Field("position", \.position),
    ]
}

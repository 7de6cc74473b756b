package import JSON

/// The changes to a session; what is nil stays.
package struct SessionChanges: Document, Equatable {
    package static let name = "UpdateSession"

    package var sessionName: String?
    /// All tags from now on.
    package var tags: [String]?
    package var notes: String?
    /// Merged into the logged parameters.
    package var params: JSONObject?
    package var isArchived: Bool?

    package init() {}

    package static let fields: [Field<SessionChanges>] = [
        Field("session_name", \.sessionName, .name), Field("tags", \.tags, .tags),
        Field("notes", \.notes, .bytes(0...65_536)), Field("params", \.params, .params),
        Field("archived", \.isArchived),
    ]
}

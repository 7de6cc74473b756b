package import Tracking

extension SessionCommand {
    /// Changes what is named and nothing else.
    package static func update(
        name: String? = nil, tags: [String]? = nil, notes: String? = nil, params: [Parameter] = [],
        archived: Bool? = nil
    ) -> SessionCommand {
        var changes = Changes()
        changes.name = name
        changes.tags = tags
        changes.notes = notes
        changes.params = params
        changes.isArchived = archived
        return .update(changes)
    }
}

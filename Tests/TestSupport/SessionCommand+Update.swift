package import Tracking

extension SessionCommand {
    /// Changes what is named and nothing else.
    package static func update(
        name: String? = nil, tags: [String]? = nil, notes: String? = nil, params: [Parameter] = []
    ) -> SessionCommand {
        var changes = Changes()
        changes.name = name
        changes.tags = tags
        changes.notes = notes
        changes.params = params
        return .update(changes)
    }
}

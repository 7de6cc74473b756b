/// A filter on the sessions of a list. Every field narrows the list; the default shows all that are not archived.
package struct SessionFilter: Sendable, Equatable {
    /// Any of these statuses; empty for every status.
    package var statuses: Set<Session.Status> = []
    /// All of these tags.
    package var tags: [String] = []
    package var experiment: String?
    package var group: String?
    /// Words that must all occur in the name, the notes or a tag, in any case; empty for none.
    package var text = ""
    /// The condition on fields, parameters and metrics; parsed from the filter language.
    package var condition: SessionCondition?
    package var includesArchived = false

    package init() {}
}

/// The groups of a page: numbers by size, then texts, then the group without a value.
package struct SessionGroupPage: Sendable {
    package var groups: [SessionGroup]
    /// The number of groups on all pages together.
    package var total: Int
    /// The number of sessions in all of them, each counted once.
    package var sessionCount: Int
}

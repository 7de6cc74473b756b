package import JSON
package import Tracking

/// A question about numbers of sessions in groups.
package struct SessionGroupQuery: Sendable {
    /// The most fields whose numbers one answer has.
    package static let mostValues = 20
    /// The most sessions that an answer names of a group.
    package static let mostNamedSessions = 100

    package var filter = SessionFilter()
    /// The field whose values part the sessions into groups.
    package var by: SessionColumn
    /// The fields whose numbers are described.
    package var values: [SessionColumn] = []
    package var statistics = SeriesStatistic.allCases
    /// At most so many groups after the first `offset`.
    package var limit = 100
    package var offset = 0

    package init(by column: SessionColumn) { by = column }
}

/// Sessions that have one value of a field, and how their numbers lie.
package struct SessionGroup: Sendable {
    /// Null for sessions that have none.
    package var value: JSONValue
    package var sessionCount: Int
    /// The newest of them, at most `SessionGroupQuery.mostNamedSessions`.
    package var newest: [Session.ID]
    /// Of each field, in the order of the question; without finite numbers only their count, 0.
    package var statistics: [[SeriesStatistic: Double]]
}

/// The groups of a page: numbers by size, then texts, then the group without a value.
package struct SessionGroupPage: Sendable {
    package var groups: [SessionGroup]
    /// The number of groups on all pages together.
    package var total: Int
    /// The number of sessions in all of them, each counted once.
    package var sessionCount: Int
}

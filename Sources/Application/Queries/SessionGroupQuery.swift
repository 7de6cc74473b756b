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

package import JSON
package import Tracking

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

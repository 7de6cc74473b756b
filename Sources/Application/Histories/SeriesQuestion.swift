package import Tracking

/// A question about the points of several metrics of several sessions.
package struct SeriesQuestion: Sendable {
    /// The most sessions of one answer.
    package static let mostSessions = 1000
    /// The most series of one answer: metrics, summed over the sessions.
    package static let mostSeries = 10_000

    /// The sessions that are asked about.
    package enum Sessions: Sendable {
        case named([Session.ID])
        /// Those that a filter lets through, newest first: at most so many; without a limit, more than `mostSessions` are
        /// refused.
        case filtered(SessionFilter, limit: Int?)
    }

    /// Where points are placed.
    package enum Axis: String, CaseIterable, Sendable {
        case epoch, step, time
        /// Microseconds since the session's start, or since its creation while it has not started.
        case relativeTime = "relative_time"
    }

    package var sessions: Sessions
    /// The metrics' names; none for all.
    package var names: [NamePattern] = []
    /// Nil for the one that a metric has points on: epochs before steps.
    package var axis: Axis?
    /// The first and last place on the axis, both included; times in microseconds.
    package var start: Int64?
    package var end: Int64?
    /// At most so many points of each series; nil for all.
    package var maximumPoints: Int?
    /// The weight of TensorBoard's smoothing, from 0 to below 1; nil for none.
    package var smoothing: Double?
    package var allAttempts = false
    /// A past position whose state is wanted.
    package var asOf: LogPosition?
    /// The field of the filter language whose values part the sessions into groups.
    package var grouping: SessionColumn?

    package init(_ sessions: Sessions) { self.sessions = sessions }
}

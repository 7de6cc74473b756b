/// A request for points of a metric: which ones, and how many at most.
package struct MetricHistoryQuery: Sendable, Equatable {
    /// The axis on which the points are placed.
    package enum Axis: String, CaseIterable, Sendable {
        /// The values of the epoch records, by epoch.
        case epoch
        /// The reported points, by step.
        case step
        /// The reported points, by their time in microseconds since 1970.
        case time
    }

    /// The most points that an answer holds, whatever is asked for.
    package static let mostPoints = 1_000_000

    package var session: Session.ID
    package var metric: String
    /// Nil for the one that has points: epochs before steps.
    package var axis: Axis?
    /// The first and last place on the axis, both included; nil for no bound.
    package var start: Int64?
    package var end: Int64?
    /// At most so many points, at least 4; nil for all, up to `mostPoints`. When there are more, the axis range is cut into
    /// a quarter as many equal buckets, and each shows its first, smallest, largest and last point.
    package var maximumPoints: Int?
    /// True to show superseded points of earlier attempts too.
    package var allAttempts: Bool

    package init(
        session: Session.ID, metric: String, axis: Axis?, start: Int64? = nil, end: Int64? = nil,
        maximumPoints: Int? = nil, allAttempts: Bool = false
    ) {
        self.session = session
        self.metric = metric
        self.axis = axis
        self.start = start
        self.end = end
        self.maximumPoints = maximumPoints
        self.allAttempts = allAttempts
    }
}

package import Tracking

/// A history that is read piece by piece: which points it has, and how they are cut.
///
/// A piece may be read at any later time: it holds no points that came after the plan was made.
package struct HistoryPlan: Sendable {
    /// The most points of a piece, unless more are at one place of the axis.
    package static let pieceCount = 8192

    enum Source {
        /// All points, read already.
        case read(MetricHistory)
        /// Every point of a series.
        case points(series: UInt64, SeriesQuery)
        /// The points of a series that stand for those in each of the buckets into which the places are cut.
        case buckets(series: UInt64, SeriesQuery, ClosedRange<Int64>)
    }

    package let axis: MetricHistoryQuery.Axis
    /// The number of points in the range; more than the pieces hold together when points are left out.
    package let pointCount: Int
    let source: Source

    /// True when the pieces leave points out.
    package var isSampled: Bool {
        switch source {
        case .read(let history): history.pointCount > history.values.count
        case .points: false
        case .buckets: true
        }
    }

    init(_ history: MetricHistory) {
        axis = history.axis
        pointCount = history.pointCount
        source = .read(history)
    }

    init(axis: MetricHistoryQuery.Axis, pointCount: Int, _ source: Source) {
        self.axis = axis
        self.pointCount = pointCount
        self.source = source
    }
}

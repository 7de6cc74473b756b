/// Points of one metric in the order of their axis: columns of equal length.
///
/// Among points at one place of the axis, an earlier attempt's come first.
package struct MetricHistory: Sendable, Equatable {
    package var axis: MetricHistoryQuery.Axis
    /// Each point's epoch with the axis `epoch`; empty with the others.
    package var epochs: [Int64] = []
    /// Each point's step.
    package var steps: [Int64] = []
    /// Each point's time in microseconds since 1970.
    package var times: [Int64] = []
    /// Each point's value; NaN and the infinities as they are.
    package var values: [Double] = []
    /// The attempt that measured each point.
    package var attempts: [UInt32] = []
    /// The number of points in the range; more than the columns hold when points were left out.
    package var pointCount = 0
    /// The points of the range that are not finite, counted by kind, those that were left out included.
    package var nanCount = 0
    package var positiveInfinityCount = 0
    package var negativeInfinityCount = 0

    /// No points on `axis`.
    package init(axis: MetricHistoryQuery.Axis) { self.axis = axis }
}

package import Tracking

/// The points of a series read piece by piece, each with its place on a smoothed curve if that is asked for.
///
/// The curve goes over all points of the series, from its first one on and whatever range or number of them is shown, so that
/// it does not change with what is looked at.
package struct SeriesCursor: Sendable {
    /// Some points of a series.
    package struct Piece: Sendable {
        package var points: MetricHistory
        /// Of each point, when there is a smoothed curve.
        package var smoothed: [Double]?
    }

    /// The points that are shown are not among all that the curve goes over.
    package struct Parted: Error {}

    private var shown: HistoryCursor
    private var average: ExponentialAverage?
    /// All points, when more than the shown ones make the curve.
    private var whole: HistoryCursor?
    private var rest: ArraySlice<Point> = []

    /// What tells a point from others.
    private struct Point: Equatable, Sendable {
        var step: Int64
        var time: Int64
        var attempt: UInt32
        var bits: UInt64
    }

    init(_ points: HistoryCursor, weight: Double? = nil) {
        shown = points
        average = weight.map { ExponentialAverage(weight: $0) }
    }

    init(_ points: HistoryCursor, smoothedOver whole: HistoryCursor, weight: Double) {
        self.init(points, weight: weight)
        self.whole = whole
    }

    /// The same cursor with pieces of so many points, about.
    package func inPieces(of count: Int) -> SeriesCursor {
        var cursor = self
        cursor.shown.pieceCount = count
        cursor.whole?.pieceCount = count
        return cursor
    }

    /// The same cursor, of which only some columns are wanted; a curve needs all.
    package func reading(_ columns: PointColumns) -> SeriesCursor {
        guard average == nil else { return self }
        var cursor = self
        cursor.shown.columns = columns
        return cursor
    }

    /// The number of points in the range; more than there are in the pieces when points are left out.
    package var pointCount: Int { shown.pointCount }
    package var isSampled: Bool { shown.isSampled }

    /// The next points; nil at the end. A piece may be empty.
    package mutating func next() async throws -> Piece? {
        guard let points = try await shown.next() else { return nil }
        guard average != nil else { return Piece(points: points) }
        var smoothed: [Double] = []
        smoothed.reserveCapacity(points.values.count)
        for index in points.values.indices {
            if whole != nil {
                smoothed.append(try await averaged(at: Self.point(points, index)))
            } else {
                smoothed.append(average?.next(points.values[index]) ?? .nan)
            }
        }
        return Piece(points: points, smoothed: smoothed)
    }

    /// Goes over all points up to `point`, and returns what the curve is there.
    private mutating func averaged(at point: Point) async throws -> Double {
        while true {
            while let next = rest.popFirst() {
                let value = average?.next(Double(bitPattern: next.bits)) ?? .nan
                if next == point { return value }
            }
            guard let points = try await whole?.next() else { throw Parted() }
            rest = points.values.indices.map { Self.point(points, $0) }[...]
        }
    }

    private static func point(_ points: MetricHistory, _ index: Int) -> Point {
        Point(
            step: points.steps[index], time: points.times[index], attempt: points.attempts[index],
            bits: points.values[index].bitPattern)
    }
}

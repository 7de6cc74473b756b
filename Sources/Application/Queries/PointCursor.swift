import ReadModels
package import Tracking

/// All points of a session, metric after metric, in batches of bounded size, as they were at one position of the log.
///
/// A metric's epochs come before its steps. A part of a series with more points than a batch is halved until it has fewer;
/// only the points of a single step are never parted (at most `MetricHistoryQuery.mostPoints` of them are read).
package struct PointCursor: Sendable {
    /// The most points of a batch.
    package static let batchCount = 65_536

    /// Points of one metric on one axis, in order.
    package struct Batch: Sendable {
        package var metric: String
        package var points: MetricHistory
    }

    package let session: SessionDocument
    /// The position whose state is read.
    package let position: LogPosition
    private let queries: Queries
    /// The parts still to be read, the next one last.
    private var parts: [MetricHistoryQuery]

    fileprivate init(
        _ queries: Queries, session: SessionDocument, position: LogPosition, parts: [MetricHistoryQuery]
    ) {
        self.queries = queries
        self.session = session
        self.position = position
        self.parts = parts.reversed()
    }

    /// The next points; nil at the end.
    package mutating func next() async throws -> Batch? {
        while let part = parts.popLast() {
            let points = try await queries.read(.stale, asOf: position) { try $0.history(part) }.value
            if points.pointCount == 0 { continue }
            if points.values.count == points.pointCount { return Batch(metric: part.metric, points: points) }
            // The points that stand for too many include the first and the last.
            let places = points.axis == .epoch ? points.epochs : points.steps
            var whole = part
            guard let first = places.first, let last = places.last, first < last else {
                whole.maximumPoints = nil
                return Batch(
                    metric: part.metric,
                    points: try await queries.read(.stale, asOf: position) { [whole] in try $0.history(whole) }.value)
            }
            let middle = first + (last - first) / 2
            var (lower, upper) = (part, part)
            lower.end = middle
            upper.start = middle + 1
            parts += [upper, lower]
        }
        return nil
    }
}

extension Queries {
    /// A cursor over all points of a session.
    ///
    /// - Parameter allAttempts: Whether points that later attempts superseded are among them.
    package func points(
        of session: Session.ID, allAttempts: Bool, asOf: LogPosition? = nil, _ freshness: Freshness
    ) async throws -> PointCursor {
        let answer = try await read(freshness, asOf: asOf) { snapshot in
            (try snapshot.document(of: session), try snapshot.metricNames(of: session))
        }
        let (document, names) = answer.value
        var parts: [MetricHistoryQuery] = []
        for name in names {
            for axis in [MetricHistoryQuery.Axis.epoch, .step] where axis == .epoch ? name.isInEpochs : name.isInSteps {
                parts.append(
                    MetricHistoryQuery(
                        session: session, metric: name.name, axis: axis, maximumPoints: PointCursor.batchCount,
                        allAttempts: allAttempts))
            }
        }
        return PointCursor(self, session: document, position: answer.position, parts: parts)
    }
}

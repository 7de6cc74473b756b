import LMDB
package import Tracking

extension ReadModelSnapshot {
    /// The work of answering the queries, in points that are read and written: an estimate from above, which takes little time.
    ///
    /// Epoch records are read with all their metrics, which counts as a point for every eight of `metricCount`.
    package func cost(of queries: [MetricHistoryQuery], metricCount: Int = 1) throws(ReadModelError) -> Int {
        do throws(LMDBError) {
            guard let first = queries.first,
                let session = try transaction.session(first.session.text, through: position, in: tables)
            else { return 0 }
            let epochCount = Int(session.currentEpoch) * max(session.attempts.count, 1) * max(metricCount / 8, 1)
            var cost = 0
            for query in queries {
                if query.axis == nil || query.axis == .epoch { cost += epochCount }
                guard query.axis != .epoch, let (number, series) = try seriesQuery(query, of: session) else { continue }
                let parts = try series.parts(ofSeries: number, in: transaction, tables)
                cost += min(parts.reduce(0) { $0 + $1.range.count }, series.maximumPoints)
            }
            return cost
        } catch {
            throw ReadModelError(error)
        }
    }

    /// The points of a metric, to be read piece by piece with `piece(of:from:)`: the same as `history(_:)` answers, or with
    /// `isWhole` every point that there is.
    package func historyPlan(
        _ query: MetricHistoryQuery, isWhole: Bool = false
    ) throws(ReadModelError) -> HistoryPlan {
        do throws(LMDBError) {
            let nothing = HistoryPlan(MetricHistory(axis: query.axis ?? .epoch))
            guard let session = try transaction.session(query.session.text, through: position, in: tables) else {
                return nothing
            }
            if query.axis == nil || query.axis == .epoch {
                let history = try epochHistory(
                    query, of: session, maximumPoints: isWhole ? .max : query.pointLimit)
                if query.axis == .epoch || history.pointCount > 0 { return HistoryPlan(history) }
            }
            guard let (number, query) = try seriesQuery(query, of: session) else { return nothing }
            var series = query
            if isWhole { series.maximumPoints = .max }
            return try plan(axis: series.isTime ? .time : .step, series, number)
        } catch {
            throw ReadModelError(error)
        }
    }

    /// The points from `mark` on, which is nil at the beginning, and the mark of the next piece; nil after the last.
    ///
    /// - Parameter columns: Those that are wanted; others may be empty.
    package func piece(
        of plan: HistoryPlan, from mark: Int64?, count: Int = HistoryPlan.pieceCount, _ columns: PointColumns = .all
    ) throws(ReadModelError) -> (history: MetricHistory, next: Int64?) {
        do throws(LMDBError) {
            switch plan.source {
            case .read(let history): return (history, nil)
            case .points(let number, let series):
                return try series.piece(
                    from: mark ?? .min, count: count, columns, ofSeries: number, in: transaction, tables)
            case .buckets(let number, let series, let places):
                let bucketCount = series.maximumPoints / 4
                let first = Int(mark ?? 0)
                let end = min(first + max(count / 4, 1), bucketCount)
                let answer = try series.piece(
                    buckets: first..<end, of: places, ofSeries: number, in: transaction, tables)
                return (MetricHistory(axis: plan.axis, answer), end < bucketCount ? Int64(end) : nil)
            }
        } catch {
            throw ReadModelError(error)
        }
    }

    private func plan(
        axis: MetricHistoryQuery.Axis, _ series: SeriesQuery, _ number: UInt64
    ) throws(LMDBError) -> HistoryPlan {
        var series = series
        series.position = position
        let parts = try series.parts(ofSeries: number, in: transaction, tables)
        let count = parts.reduce(0) { $0 + $1.range.count }
        guard count > series.maximumPoints else {
            return HistoryPlan(axis: axis, pointCount: count, .points(series: number, series))
        }
        let places = try series.places(of: parts, in: transaction)
        return HistoryPlan(axis: axis, pointCount: count, .buckets(series: number, series, places))
    }
}

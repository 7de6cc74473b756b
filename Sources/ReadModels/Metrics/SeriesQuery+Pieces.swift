import LMDB
import Tracking

extension SeriesQuery {
    /// The points from `place` on: some `count`, and all at one place or none, so that points of one place are never parted.
    /// `next` is where the following ones begin; nil after the last.
    func piece(
        from place: Int64, count: Int, _ columns: PointColumns, ofSeries series: UInt64,
        in transaction: borrowing some Transaction & ~Copyable, _ tables: Tables
    ) throws(LMDBError) -> (history: MetricHistory, next: Int64?) {
        var query = self
        query.start = max(start ?? .min, place)
        let parts = try query.parts(ofSeries: series, in: transaction, tables)
        // Points that do not increase lie in several segments, each of which brings its share.
        var share = max(count / max(parts.count, 1), 64)
        while true {
            var end: Int64?
            for part in parts where part.range.count > share {
                let beyond = try part.segment.sample(
                    part.range.lowerBound + share, isTime: isTime, in: transaction
                ).place
                end = min(end ?? beyond, beyond)
            }
            guard let end else { return (try history(of: parts, columns, in: transaction), nil) }
            var taken: [Part] = []
            for part in parts {
                let bound = try part.segment.firstIndex(of: isTime ? .time : .step, atLeast: end, in: transaction)
                let upper = min(bound, part.range.upperBound)
                if part.range.lowerBound < upper {
                    taken.append(Part(segment: part.segment, range: part.range.lowerBound..<upper))
                }
            }
            if !taken.isEmpty { return (try history(of: taken, columns, in: transaction), end) }
            share *= 2
        }
    }

    /// The points of `parts`; those of one segment are in order as they lie, so that its columns are read one by one.
    private func history(
        of parts: [Part], _ columns: PointColumns, in transaction: borrowing some Transaction & ~Copyable
    ) throws(LMDBError) -> MetricHistory {
        let axis: MetricHistoryQuery.Axis = isTime ? .time : .step
        guard parts.count == 1 else {
            return MetricHistory(axis: axis, SeriesQuery.all(try samples(of: parts, in: transaction)))
        }
        var history = MetricHistory(axis: axis)
        try parts[0].segment.append(parts[0].range, columns, to: &history, in: transaction)
        return history
    }

    /// The points that the buckets in `window` keep, of those into which `places` are cut.
    func piece(
        buckets window: Range<Int>, of places: ClosedRange<Int64>, ofSeries series: UInt64,
        in transaction: borrowing some Transaction & ~Copyable, _ tables: Tables
    ) throws(LMDBError) -> Answer {
        var thinning = SeriesThinning(
            from: places.lowerBound, through: places.upperBound, bucketCount: maximumPoints / 4, window: window)
        var query = self
        let first = window.lowerBound == 0 ? places.lowerBound : thinning.lastPlace(of: window.lowerBound - 1) + 1
        query.start = max(start ?? .min, first)
        query.end = min(end ?? .max, thinning.lastPlace(of: window.upperBound - 1))
        let parts = try query.parts(ofSeries: series, in: transaction, tables)
        return try thinned(parts, &thinning, in: transaction)
    }
}

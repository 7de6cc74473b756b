import LMDB
import Tracking

/// A request for points of a series: which ones, placed by what, and how many at most.
struct SeriesQuery: Sendable {
    var isTime: Bool
    var start: Int64?
    var end: Int64?
    var maximumPoints: Int
    /// The step from which on the points of an attempt are superseded; nil when they are not.
    var stepCutoff: @Sendable (_ attempt: UInt32) -> Int64?
    /// Only points of events up to here.
    var position: LogPosition

    /// A series' points, or those that stand for them.
    struct Answer {
        var samples: [SeriesSample] = []
        var pointCount = 0
        var nanCount = 0
        var positiveInfinityCount = 0
        var negativeInfinityCount = 0
    }

    /// The wanted part of a segment.
    struct Part {
        var segment: SegmentReader
        var range: Range<Int>
    }

    /// The wanted parts of a series that are not empty.
    func parts(
        ofSeries series: UInt64, in transaction: borrowing some Transaction & ~Copyable, _ tables: Tables
    ) throws(LMDBError) -> [Part] {
        var parts: [Part] = []
        let axis: SegmentReader.Column = isTime ? .time : .step
        for segment in try transaction.segments(ofSeries: series, in: tables) {
            var end = segment.count
            var start = 0
            if position.rawValue < UInt64(Int64.max) {
                let bound = Int64(position.rawValue) + 1
                end = min(end, try segment.firstIndex(of: .position, atLeast: bound, in: transaction))
            }
            if let cutoff = stepCutoff(segment.key.attempt) {
                end = min(end, try segment.firstIndex(of: .step, atLeast: cutoff, in: transaction))
            }
            if let last = self.end, last < .max {
                end = min(end, try segment.firstIndex(of: axis, atLeast: last + 1, in: transaction))
            }
            if let first = self.start {
                start = try segment.firstIndex(of: axis, atLeast: first, in: transaction)
            }
            if start < end { parts.append(Part(segment: segment, range: start..<end)) }
        }
        return parts
    }

    /// The points of a series: all of them in order, or when there are too many those that stand for them.
    func answer(
        fromSeries series: UInt64, in transaction: borrowing some Transaction & ~Copyable, _ tables: Tables
    ) throws(LMDBError) -> Answer {
        let parts = try parts(ofSeries: series, in: transaction, tables)
        let pointCount = parts.reduce(0) { $0 + $1.range.count }
        guard pointCount > maximumPoints else {
            return SeriesQuery.all(try samples(of: parts, in: transaction))
        }
        let places = try places(of: parts, in: transaction)
        var thinning = SeriesThinning(
            from: places.lowerBound, through: places.upperBound, bucketCount: maximumPoints / 4)
        return try thinned(parts, &thinning, in: transaction)
    }

    /// The points of `parts` in order.
    func samples(
        of parts: [Part], in transaction: borrowing some Transaction & ~Copyable
    ) throws(LMDBError) -> [SeriesSample] {
        var samples: [SeriesSample] = []
        samples.reserveCapacity(parts.reduce(0) { $0 + $1.range.count })
        for part in parts {
            try part.segment.forEach(part.range, isTime: isTime, in: transaction) { samples.append($0) }
        }
        if parts.count > 1 { samples.sort { $0.precedes($1) } }
        return samples
    }

    /// The first and the last place of `parts`, which are not empty.
    func places(
        of parts: [Part], in transaction: borrowing some Transaction & ~Copyable
    ) throws(LMDBError) -> ClosedRange<Int64> {
        var first = Int64.max
        var last = Int64.min
        for part in parts {
            let segment = part.segment
            first = min(first, try segment.sample(part.range.lowerBound, isTime: isTime, in: transaction).place)
            last = max(last, try segment.sample(part.range.upperBound - 1, isTime: isTime, in: transaction).place)
        }
        return first...last
    }

    /// The points that `thinning` keeps of `parts`.
    func thinned(
        _ parts: [Part], _ thinning: inout SeriesThinning, in transaction: borrowing some Transaction & ~Copyable
    ) throws(LMDBError) -> Answer {
        for part in parts {
            try part.segment.add(part.range, isTime: isTime, to: &thinning, in: transaction)
        }
        return SeriesQuery.answer(of: thinning)
    }

    /// `samples`, which are in order, thinned to `maximumPoints` if they are more.
    static func answer(_ samples: [SeriesSample], maximumPoints: Int) -> Answer {
        guard samples.count > maximumPoints, let first = samples.first, let last = samples.last else {
            return all(samples)
        }
        var thinning = SeriesThinning(from: first.place, through: last.place, bucketCount: maximumPoints / 4)
        for sample in samples { thinning.add(sample) }
        return answer(of: thinning)
    }

    private static func answer(of thinning: SeriesThinning) -> Answer {
        Answer(
            samples: thinning.samples, pointCount: thinning.pointCount, nanCount: thinning.nanCount,
            positiveInfinityCount: thinning.positiveInfinityCount,
            negativeInfinityCount: thinning.negativeInfinityCount)
    }

    static func all(_ samples: [SeriesSample]) -> Answer {
        var answer = Answer(samples: samples, pointCount: samples.count)
        for sample in samples where !sample.value.isFinite {
            if sample.value.isNaN {
                answer.nanCount += 1
            } else if sample.value > 0 {
                answer.positiveInfinityCount += 1
            } else {
                answer.negativeInfinityCount += 1
            }
        }
        return answer
    }
}

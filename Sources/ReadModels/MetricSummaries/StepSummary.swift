import LMDB
import Tracking

/// A summary by step that is made from segments.
///
/// It is the one that adding the points one after another makes. So of points with the same place and time the last one to come
/// is the last, and of equal values the first one to come is the smallest or the greatest: points come in the order of their
/// events, and those of one event in the order of its segments.
struct StepSummary {
    /// Where a point comes.
    private struct Turn {
        var position: UInt64
        var segment: UInt32
        var index: Int

        func precedes(_ other: Turn) -> Bool {
            if position != other.position { return position < other.position }
            return segment != other.segment ? segment < other.segment : index < other.index
        }
    }

    private struct Candidate {
        var point: MetricSummary.Point
        var turn: Turn

        var place: (Int64, Int64) { (point.place, point.time) }
    }

    private(set) var axis = MetricSummary.Axis()
    private var first: Candidate?
    private var last: Candidate?
    private var minimum: Candidate?
    private var maximum: Candidate?

    /// Adds the points of a part of a segment, which is not empty: its ends and extremes are read, and no others.
    mutating func add(
        _ part: SeriesQuery.Part, in transaction: borrowing some Transaction & ~Copyable
    ) throws(LMDBError) {
        let ends = [part.range.lowerBound, part.range.upperBound - 1]
        var samples: [SeriesSample] = []
        for index in ends { samples.append(try part.segment.sample(index, isTime: false, in: transaction)) }
        var thinning = SeriesThinning(from: samples[0].place, through: samples[1].place, bucketCount: 1)
        try part.segment.add(part.range, isTime: false, to: &thinning, in: transaction)
        // The first, the smallest, the greatest and the last: each the earliest or the last of its equals in the segment.
        samples += thinning.samples
        for sample in samples {
            let position = try part.segment.position(of: sample.index, in: transaction)
            consider(
                Candidate(
                    point: MetricSummary.Point(place: sample.step, time: sample.time, value: sample.value),
                    turn: Turn(position: position, segment: sample.segment, index: sample.index)))
        }
        axis.count += UInt64(thinning.pointCount)
        axis.nanCount += UInt64(thinning.nanCount)
        axis.infinityCount += UInt64(thinning.positiveInfinityCount + thinning.negativeInfinityCount)
        (axis.first, axis.last) = (first?.point, last?.point)
        (axis.minimum, axis.maximum) = (minimum?.point, maximum?.point)
    }

    private mutating func consider(_ candidate: Candidate) {
        Self.replace(&first, with: candidate) { new, old in
            new.place < old.place || new.place == old.place && new.turn.precedes(old.turn)
        }
        Self.replace(&last, with: candidate) { new, old in
            new.place > old.place || new.place == old.place && old.turn.precedes(new.turn)
        }
        guard candidate.point.value.isFinite else { return }
        Self.replace(&minimum, with: candidate) { new, old in
            new.point.value < old.point.value || new.point.value == old.point.value && new.turn.precedes(old.turn)
        }
        Self.replace(&maximum, with: candidate) { new, old in
            new.point.value > old.point.value || new.point.value == old.point.value && new.turn.precedes(old.turn)
        }
    }

    private static func replace(
        _ known: inout Candidate?, with candidate: Candidate, when isBetter: (Candidate, Candidate) -> Bool
    ) {
        if let old = known, !isBetter(candidate, old) { return }
        known = candidate
    }
}

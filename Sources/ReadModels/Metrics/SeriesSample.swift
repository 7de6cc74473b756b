/// A point of a series on its way into an answer.
struct SeriesSample: Equatable {
    /// Its place on the axis.
    var place: Int64
    var step: Int64
    var time: Int64
    var value: Double
    var attempt: UInt32
    var segment: UInt32
    /// Its place in the segment.
    var index: Int

    /// True when the point comes before `other` in an answer: by place, then attempt, segment and index.
    @inline(__always)
    func precedes(_ other: SeriesSample) -> Bool {
        if place != other.place { return place < other.place }
        if attempt != other.attempt { return attempt < other.attempt }
        if segment != other.segment { return segment < other.segment }
        return index < other.index
    }

    /// True when both are the same point.
    @inline(__always)
    func isSame(as other: SeriesSample) -> Bool {
        index == other.index && segment == other.segment && attempt == other.attempt
    }
}

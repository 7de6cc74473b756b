/// A walk over the points of one segment, in order, that gathers what each bucket has of them.
struct SegmentWalk {
    /// The points that are wanted.
    let range: Range<Int>
    private let key: SegmentKey
    private let isTime: Bool
    private var thinning: SeriesThinning
    private var bucket = -1
    /// The last place that the bucket holds.
    private var lastPlace = Int64.min
    private var first: SeriesSample?
    private var last: SeriesSample?
    private var minimum: SeriesSample?
    private var maximum: SeriesSample?
    private var minimumValue = Double.infinity
    private var maximumValue = -Double.infinity
    /// The node that was taken last, whose last point `last` becomes when it is needed.
    private var lastNode: (page: SeriesNodePage, place: Int, level: Int, start: Int)?

    init(over range: Range<Int>, of key: SegmentKey, isTime: Bool, thinning: SeriesThinning) {
        self.range = range
        self.key = key
        self.isTime = isTime
        self.thinning = thinning
    }

    /// Returns what has been gathered, of earlier segments too.
    consuming func finish() -> SeriesThinning {
        close()
        return thinning
    }

    /// Takes a node's points at once, when they are all in one bucket. `start` is its first point's place in the segment.
    @inline(__always)
    mutating func take(_ page: SeriesNodePage, _ place: Int, level: Int, from start: Int) -> Bool {
        if page.last(place, isTime: isTime) > lastPlace || bucket < 0 {
            move(to: page.first(place, isTime: isTime))
            guard page.last(place, isTime: isTime) <= lastPlace else { return false }
        }
        if first == nil { first = sample(page.point(.first, of: place, level: level), from: start) }
        let smallest = page.minimumValue(place)
        if smallest < minimumValue {
            minimumValue = smallest
            minimum = sample(page.point(.minimum, of: place, level: level), from: start)
        }
        let largest = page.maximumValue(place)
        if largest > maximumValue {
            maximumValue = largest
            maximum = sample(page.point(.maximum, of: place, level: level), from: start)
        }
        lastNode = (page, place, level, start)
        thinning.pointCount += 1 << (6 * level)
        thinning.nanCount += page.nanCount(place)
        thinning.positiveInfinityCount += page.positiveInfinityCount(place)
        thinning.negativeInfinityCount += page.negativeInfinityCount(place)
        return true
    }

    /// Takes those points of a block that are wanted. `start` is its first point's place in the segment.
    mutating func take(_ block: PointBlockView, from start: Int) {
        var index = max(range.lowerBound - start, 0)
        let end = min(range.upperBound - start, block.count)
        while index < end {
            let place = isTime ? block.time(index) : block.step(index)
            if bucket < 0 || place > lastPlace { move(to: place) }
            let next = block.firstIndex(after: lastPlace, isTime: isTime, from: index, to: end)
            take(block, index..<next, from: start)
            index = next
        }
    }

    /// Takes points that are all in the bucket.
    private mutating func take(_ block: PointBlockView, _ points: Range<Int>, from start: Int) {
        var smallest = minimumValue
        var largest = maximumValue
        var smallestPoint = -1
        var largestPoint = -1
        var nonfinite = false
        block.forEachValue(in: points) { point, value in
            if value.isFinite {
                if value < smallest {
                    smallest = value
                    smallestPoint = point
                }
                if value > largest {
                    largest = value
                    largestPoint = point
                }
            } else {
                nonfinite = true
            }
        }
        if smallestPoint >= 0 {
            minimumValue = smallest
            minimum = sample(block, smallestPoint, from: start)
        }
        if largestPoint >= 0 {
            maximumValue = largest
            maximum = sample(block, largestPoint, from: start)
        }
        if nonfinite {
            for point in points where !block.value(point).isFinite { thinning.count(block.value(point)) }
        }
        if first == nil { first = sample(block, points.lowerBound, from: start) }
        last = sample(block, points.upperBound - 1, from: start)
        lastNode = nil
        thinning.pointCount += points.count
    }

    /// Ends the bucket and begins the one that holds `place`, which lies behind it.
    private mutating func move(to place: Int64) {
        guard bucket < 0 || place > lastPlace else { return }
        close()
        bucket = thinning.bucket(of: place)
        lastPlace = thinning.lastPlace(of: bucket)
    }

    private mutating func close() {
        if let node = lastNode {
            last = sample(node.page.point(.last, of: node.place, level: node.level), from: node.start)
        }
        if let first, let last {
            thinning.join(
                SeriesThinning.Bucket(first: first, last: last, minimum: minimum, maximum: maximum), to: bucket)
        }
        first = nil
        last = nil
        minimum = nil
        maximum = nil
        minimumValue = .infinity
        maximumValue = -.infinity
        lastNode = nil
    }

    private func sample(_ point: SeriesNode.Point, from start: Int) -> SeriesSample {
        SeriesSample(
            place: isTime ? point.time : point.step, step: point.step, time: point.time, value: point.value,
            attempt: key.attempt, segment: key.segment, index: start + Int(point.index))
    }

    private func sample(_ block: PointBlockView, _ point: Int, from start: Int) -> SeriesSample {
        let step = block.step(point)
        let time = block.time(point)
        return SeriesSample(
            place: isTime ? time : step, step: step, time: time, value: block.value(point), attempt: key.attempt,
            segment: key.segment, index: start + point)
    }
}

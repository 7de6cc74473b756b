/// A full node of a segment's tree, which sums up its points: 64 at level 1, 64 times as many at each further level.
///
/// Steps and times of the smallest and largest value are kept, so that showing them needs no look at the points.
struct SeriesNode: Equatable {
    /// Bytes of a stored node; 64 of them and the page's header fill two pages of the database.
    static let byteCount = 120
    static let fanOut = 64
    /// Nodes of the highest level hold 2^30 points each.
    static let maximumLevel = 5

    /// One point of those the node holds.
    struct Point: Equatable {
        var value: Double
        var step: Int64
        var time: Int64
        /// Its place among the node's points.
        var index: UInt32
    }

    var first: Point
    var last: Point
    /// The smallest and the largest finite value, the earliest of equals; NaN when there is no finite one.
    var minimum: Point
    var maximum: Point
    var hasFinite: Bool
    var nanCount: UInt32 = 0
    var positiveInfinityCount: UInt32 = 0
    var negativeInfinityCount: UInt32 = 0

    /// A node with the given fields.
    init(
        first: Point, last: Point, minimum: Point, maximum: Point, hasFinite: Bool, nanCount: UInt32,
        positiveInfinityCount: UInt32, negativeInfinityCount: UInt32
    ) {
        self.first = first
        self.last = last
        self.minimum = minimum
        self.maximum = maximum
        self.hasFinite = hasFinite
        self.nanCount = nanCount
        self.positiveInfinityCount = positiveInfinityCount
        self.negativeInfinityCount = negativeInfinityCount
    }

    /// The node of a full block.
    init(_ block: PointBlock) {
        first = Point(block, 0)
        last = Point(block, block.count - 1)
        var minimumIndex = -1
        var maximumIndex = -1
        let values = block.values
        for index in values.indices {
            let value = values[index]
            if value.isFinite {
                if minimumIndex < 0 || value < values[minimumIndex] { minimumIndex = index }
                if maximumIndex < 0 || value > values[maximumIndex] { maximumIndex = index }
            } else if value.isNaN {
                nanCount += 1
            } else if value > 0 {
                positiveInfinityCount += 1
            } else {
                negativeInfinityCount += 1
            }
        }
        hasFinite = minimumIndex >= 0
        minimum = Point(block, max(minimumIndex, 0))
        maximum = Point(block, max(maximumIndex, 0))
        if !hasFinite {
            minimum.value = .nan
            maximum.value = .nan
        }
    }

    /// The node above 64 nodes of `level`.
    init(above nodes: [SeriesNode], ofLevel level: Int) {
        let pointsBelow = UInt32(1) << (6 * UInt32(level))
        self = nodes[0]
        for (place, node) in nodes.enumerated().dropFirst() {
            let offset = UInt32(place) * pointsBelow
            if node.hasFinite {
                if !hasFinite || node.minimum.value < minimum.value { minimum = node.minimum.moved(by: offset) }
                if !hasFinite || node.maximum.value > maximum.value { maximum = node.maximum.moved(by: offset) }
                hasFinite = true
            }
            nanCount += node.nanCount
            positiveInfinityCount += node.positiveInfinityCount
            negativeInfinityCount += node.negativeInfinityCount
            last = node.last.moved(by: offset)
        }
    }

    /// Writes the node at `offset`.
    func write(to target: UnsafeMutableRawBufferPointer, at offset: Int) {
        var place = offset
        for point in [first, last, minimum, maximum] {
            target.storeBytes(of: point.value.bitPattern.littleEndian, toByteOffset: place, as: UInt64.self)
            target.storeBytes(of: point.step.littleEndian, toByteOffset: place + 8, as: Int64.self)
            target.storeBytes(of: point.time.littleEndian, toByteOffset: place + 16, as: Int64.self)
            place += 24
        }
        let counts = [
            hasFinite ? minimum.index : .max, hasFinite ? maximum.index : .max, nanCount, positiveInfinityCount,
            negativeInfinityCount, 0,
        ]
        for count in counts {
            target.storeBytes(of: count.littleEndian, toByteOffset: place, as: UInt32.self)
            place += 4
        }
    }
}

extension SeriesNode.Point {
    fileprivate init(_ block: PointBlock, _ index: Int) {
        value = block.values[index]
        step = block.steps[index]
        time = block.times[index]
        self.index = UInt32(index)
    }

    fileprivate func moved(by offset: UInt32) -> Self {
        var point = self
        point.index += offset
        return point
    }
}

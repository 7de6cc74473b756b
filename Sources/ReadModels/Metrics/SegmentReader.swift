import LMDB
import Tracking

/// Reads one stored segment in a read transaction.
struct SegmentReader {
    /// A column by which points never decrease.
    enum Column {
        case step, time, position
    }

    let key: SegmentKey
    /// The number of stored points, later ones than those asked for included.
    let count: Int
    private let tables: Tables

    /// Nil when the segment has no points.
    init?(_ key: SegmentKey, in transaction: borrowing some Transaction & ~Copyable, _ tables: Tables) throws(LMDBError)
    {
        let count = try transaction.withLastBlock(of: key, in: tables) { (block, index) in
            index * PointBlock.capacity + block.count
        }
        guard let count else { return nil }
        self.key = key
        self.count = count
        self.tables = tables
    }

    /// The first point at which `column` is `bound` or more; `count` when there is none.
    func firstIndex(
        of column: Column, atLeast bound: Int64, in transaction: borrowing some Transaction & ~Copyable
    ) throws(LMDBError) -> Int {
        var low = 0
        var high = (count + PointBlock.capacity - 1) / PointBlock.capacity
        while low < high {
            let middle = (low + high) / 2
            let block = try block(middle, in: transaction)
            if SegmentReader.value(block, block.count - 1, column) >= bound {
                high = middle
            } else {
                low = middle + 1
            }
        }
        guard low * PointBlock.capacity < count else { return count }
        let block = try block(low, in: transaction)
        let index = (0..<block.count).first { SegmentReader.value(block, $0, column) >= bound } ?? block.count
        return low * PointBlock.capacity + index
    }

    /// The point at `index`, placed by `axis`.
    func sample(_ index: Int, isTime: Bool, in transaction: borrowing some Transaction & ~Copyable) throws(LMDBError)
        -> SeriesSample
    {
        let block = try block(index / PointBlock.capacity, in: transaction)
        return sample(block, index % PointBlock.capacity, isTime: isTime, at: index)
    }

    /// The position of the event that brought the point at `index`.
    func position(
        of index: Int, in transaction: borrowing some Transaction & ~Copyable
    ) throws(LMDBError) -> UInt64 {
        try block(index / PointBlock.capacity, in: transaction).position(index % PointBlock.capacity)
    }

    /// Calls `body` with the points of `range` in order.
    func forEach(
        _ range: Range<Int>, isTime: Bool, in transaction: borrowing some Transaction & ~Copyable,
        _ body: (SeriesSample) -> Void
    ) throws(LMDBError) {
        var index = range.lowerBound
        while index < range.upperBound {
            let block = try block(index / PointBlock.capacity, in: transaction)
            let start = index - index % PointBlock.capacity
            let end = min(range.upperBound, start + block.count)
            guard end > index else { throw transaction.damagedRow("the next block of a segment") }
            while index < end {
                body(sample(block, index - start, isTime: isTime, at: index))
                index += 1
            }
        }
    }

    /// Appends the points of `range` to the columns that are wanted; the points that are not finite are counted with the values.
    func append(
        _ range: Range<Int>, _ columns: PointColumns, to history: inout MetricHistory,
        in transaction: borrowing some Transaction & ~Copyable
    ) throws(LMDBError) {
        if columns.contains(.steps) { history.steps.reserveCapacity(range.count) }
        if columns.contains(.times) { history.times.reserveCapacity(range.count) }
        if columns.contains(.values) { history.values.reserveCapacity(range.count) }
        if columns.contains(.attempts) { history.attempts = Array(repeating: key.attempt, count: range.count) }
        history.pointCount = range.count
        var index = range.lowerBound
        while index < range.upperBound {
            let block = try block(index / PointBlock.capacity, in: transaction)
            let start = index - index % PointBlock.capacity
            let end = min(range.upperBound, start + block.count)
            guard end > index else { throw transaction.damagedRow("the next block of a segment") }
            let points = (index - start)..<(end - start)
            if columns.contains(.steps) { block.appendSteps(of: points, to: &history.steps) }
            if columns.contains(.times) { block.appendTimes(of: points, to: &history.times) }
            if columns.contains(.values) {
                block.forEachValue(in: points) { _, value in
                    history.values.append(value)
                    if !value.isFinite { history.count(nonfinite: value) }
                }
            }
            index = end
        }
    }

    /// Adds the points of `range` to `thinning`, reading single points only near the edges of buckets and of the range.
    func add(
        _ range: Range<Int>, isTime: Bool, to thinning: inout SeriesThinning,
        in transaction: borrowing some Transaction & ~Copyable
    ) throws(LMDBError) {
        guard !range.isEmpty else { return }
        var walk = SegmentWalk(over: range, of: key, isTime: isTime, thinning: thinning)
        let full = count / PointBlock.capacity
        var level = 0
        while level < SeriesNode.maximumLevel, full >> (6 * level) > 0 { level += 1 }
        var done = 0
        while level > 0 {
            let nodes = full >> (6 * (level - 1))
            try add(done..<nodes, ofLevel: level, to: &walk, in: transaction)
            done = nodes * SeriesNode.fanOut
            level -= 1
        }
        if full * PointBlock.capacity < count { try add(block: full, to: &walk, in: transaction) }
        thinning = walk.finish()
    }

    /// Adds the full nodes of `level` whose indexes are in `nodes` to the walk, or what is below them.
    private func add(
        _ nodes: Range<Int>, ofLevel level: Int, to walk: inout SegmentWalk,
        in transaction: borrowing some Transaction & ~Copyable
    ) throws(LMDBError) {
        let shift = 6 * level
        var node = max(nodes.lowerBound, walk.range.lowerBound >> shift)
        let end = min(nodes.upperBound, ((walk.range.upperBound - 1) >> shift) + 1)
        while node < end {
            let page = try page(node / SeriesNode.fanOut, ofLevel: level, in: transaction)
            let pageEnd = min(end, (node / SeriesNode.fanOut + 1) * SeriesNode.fanOut)
            guard (pageEnd - 1) % SeriesNode.fanOut < page.count else {
                throw transaction.damagedRow("a page of nodes")
            }
            while node < pageEnd {
                let isInside = node << shift >= walk.range.lowerBound && (node + 1) << shift <= walk.range.upperBound
                if isInside, walk.take(page, node % SeriesNode.fanOut, level: level, from: node << shift) {
                    node += 1
                    continue
                }
                if level == 1 {
                    try add(block: node, to: &walk, in: transaction)
                } else {
                    let below = (node * SeriesNode.fanOut)..<((node + 1) * SeriesNode.fanOut)
                    try add(below, ofLevel: level - 1, to: &walk, in: transaction)
                }
                node += 1
            }
        }
    }

    private func add(
        block index: Int, to walk: inout SegmentWalk, in transaction: borrowing some Transaction & ~Copyable
    ) throws(LMDBError) {
        let start = index * PointBlock.capacity
        guard start < walk.range.upperBound, start + PointBlock.capacity > walk.range.lowerBound else { return }
        walk.take(try block(index, in: transaction), from: start)
    }

    private func block(_ index: Int, in transaction: borrowing some Transaction & ~Copyable) throws(LMDBError)
        -> PointBlockView
    {
        let block = try transaction.withValue(for: key.row(level: 0, index: index), in: tables.points) {
            PointBlockView($0)
        }
        guard let block, let block else { throw transaction.damagedRow("block \(index) of a segment") }
        return block
    }

    private func page(
        _ index: Int, ofLevel level: Int, in transaction: borrowing some Transaction & ~Copyable
    ) throws(LMDBError) -> SeriesNodePage {
        let page = try transaction.withValue(for: key.row(level: UInt8(level), index: index), in: tables.points) {
            SeriesNodePage($0)
        }
        guard let page, let page else { throw transaction.damagedRow("page \(index) of a segment's nodes") }
        return page
    }

    @inline(__always)
    private func sample(_ block: PointBlockView, _ point: Int, isTime: Bool, at index: Int) -> SeriesSample {
        let step = block.step(point)
        let time = block.time(point)
        return SeriesSample(
            place: isTime ? time : step, step: step, time: time, value: block.value(point), attempt: key.attempt,
            segment: key.segment, index: index)
    }

    @inline(__always)
    private static func value(_ block: PointBlockView, _ index: Int, _ column: Column) -> Int64 {
        switch column {
        case .step: block.step(index)
        case .time: block.time(index)
        case .position: Int64(bitPattern: block.position(index))
        }
    }
}

extension MetricHistory {
    fileprivate mutating func count(nonfinite value: Double) {
        if value.isNaN {
            nanCount += 1
        } else if value > 0 {
            positiveInfinityCount += 1
        } else {
            negativeInfinityCount += 1
        }
    }
}

extension Transaction where Self: ~Copyable {
    /// The stored segments of a series, in the order of attempts and then of their beginnings.
    func segments(ofSeries series: UInt64, in tables: Tables) throws(LMDBError) -> [SegmentReader] {
        var keys: [SegmentKey] = []
        try withCursor(in: tables.points) { (cursor) throws(LMDBError) in
            var next = SegmentKey.prefix(ofSeries: series)
            while let entry = try cursor.seek(atOrAfter: next), let key = SegmentKey(entry.key), key.series == series {
                keys.append(key)
                next = key.row(level: 0xFF, index: 0)
            }
        }
        var readers: [SegmentReader] = []
        for key in keys {
            if let reader = try SegmentReader(key, in: self, tables) { readers.append(reader) }
        }
        return readers
    }
}

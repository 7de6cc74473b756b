import LMDB

/// The end of a segment where points are added: the block and the pages of nodes that are not full yet.
///
/// Full blocks and full pages are written at once and never change; the rest when the batch ends.
final class SegmentTail {
    let key: SegmentKey
    private var fullBlocks: Int
    private var block: PointBlock
    /// The nodes of the page that is not full, by level; the first is level 1.
    private var pages: [[SeriesNode]]
    /// The number of nodes that each level has altogether.
    private var nodeCounts: [Int]
    private var changedLevels: Set<Int> = []
    private(set) var lastStep: Int64
    private(set) var lastTime: Int64
    private(set) var isChanged = false

    /// A segment without points.
    init(_ key: SegmentKey) {
        self.key = key
        fullBlocks = 0
        block = PointBlock()
        pages = []
        nodeCounts = []
        lastStep = .min
        lastTime = .min
    }

    /// The end of a stored segment whose last block is `last`, the one at `index`.
    init(
        _ key: SegmentKey, last: PointBlockView, at index: Int, in transaction: borrowing WriteTransaction,
        _ tables: Tables
    ) throws(LMDBError) {
        self.key = key
        lastStep = last.step(last.count - 1)
        lastTime = last.time(last.count - 1)
        let isFull = last.count == PointBlock.capacity
        fullBlocks = isFull ? index + 1 : index
        block = isFull ? PointBlock() : PointBlock(last)
        pages = []
        nodeCounts = []
        var count = fullBlocks
        while count > 0, pages.count < SeriesNode.maximumLevel {
            let level = pages.count + 1
            let inPage = count % SeriesNode.fanOut
            var nodes: [SeriesNode] = []
            if inPage > 0 {
                let row = try transaction.withValue(
                    for: key.row(level: UInt8(level), index: count / SeriesNode.fanOut), in: tables.points
                ) { bytes -> [SeriesNode]? in
                    guard let page = SeriesNodePage(bytes), page.count == inPage else { return nil }
                    return (0..<inPage).map { page.node($0, level: level) }
                }
                guard let row, let row else { throw transaction.damagedRow("a page of \(inPage) nodes") }
                nodes = row
            }
            pages.append(nodes)
            nodeCounts.append(count)
            count /= SeriesNode.fanOut
        }
    }

    /// True when a point may follow the last one.
    func accepts(step: Int64, time: Int64) -> Bool { lastStep <= step && lastTime <= time }

    /// Adds a point, which must be accepted.
    func append(
        step: Int64, time: Int64, value: Double, position: UInt64, to transaction: borrowing WriteTransaction,
        _ tables: Tables
    ) throws(LMDBError) {
        block.append(step: step, time: time, value: value, position: position)
        lastStep = step
        lastTime = time
        isChanged = true
        if block.count == PointBlock.capacity { try close(in: transaction, tables) }
    }

    /// Writes what is not full.
    func flush(to transaction: borrowing WriteTransaction, _ tables: Tables) throws(LMDBError) {
        guard isChanged else { return }
        if block.count > 0 { try write(block, to: transaction, tables) }
        for level in changedLevels.sorted() where !pages[level - 1].isEmpty {
            try write(
                pages[level - 1], level: level, index: nodeCounts[level - 1] / SeriesNode.fanOut, transaction, tables)
        }
        changedLevels = []
        isChanged = false
    }

    /// Writes the full block and adds its node to the tree.
    private func close(in transaction: borrowing WriteTransaction, _ tables: Tables) throws(LMDBError) {
        try write(block, to: transaction, tables)
        var node = SeriesNode(block)
        fullBlocks += 1
        block.removeAll()
        for level in 1...SeriesNode.maximumLevel {
            if pages.count < level {
                pages.append([])
                nodeCounts.append(0)
            }
            pages[level - 1].append(node)
            changedLevels.insert(level)
            let nodes = pages[level - 1]
            guard nodes.count == SeriesNode.fanOut else {
                nodeCounts[level - 1] += 1
                return
            }
            try write(nodes, level: level, index: nodeCounts[level - 1] / SeriesNode.fanOut, transaction, tables)
            nodeCounts[level - 1] += 1
            pages[level - 1].removeAll(keepingCapacity: true)
            if level < SeriesNode.maximumLevel { node = SeriesNode(above: nodes, ofLevel: level) }
        }
    }

    private func write(
        _ block: PointBlock, to transaction: borrowing WriteTransaction, _ tables: Tables
    ) throws(LMDBError) {
        let row = key.row(level: 0, index: fullBlocks)
        try block.withEncoding { (byteCount, fill) throws(LMDBError) in
            try transaction.put(byteCount: byteCount, for: row, in: tables.points, fill: fill)
        }
    }

    private func write(
        _ nodes: [SeriesNode], level: Int, index: Int, _ transaction: borrowing WriteTransaction, _ tables: Tables
    ) throws(LMDBError) {
        let row = key.row(level: UInt8(level), index: index)
        try transaction.put(byteCount: nodes.count * SeriesNode.byteCount, for: row, in: tables.points) { target in
            for (place, node) in nodes.enumerated() { node.write(to: target, at: place * SeriesNode.byteCount) }
        }
    }
}

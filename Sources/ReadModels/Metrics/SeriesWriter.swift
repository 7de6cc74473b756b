import LMDB

/// Adds points to series. It belongs to the writer alone; what it remembers is also in the rows.
final class SeriesWriter {
    /// The open segments of one attempt of a series.
    private final class OpenSegments {
        /// The newest ones, oldest first.
        var tails: [SegmentTail] = []
        var segmentCount: UInt32 = 0
    }

    private struct Place: Hashable {
        var series: UInt64
        var attempt: UInt32
    }

    /// The number of an attempt's newest segments that take points.
    private static let openSegments = 4
    private var numbers = GenerationCache<[UInt8], UInt64>(generationSize: 8192)
    /// A place takes up to 3 KB and, when it has many points, up to 8 KB more for each level of its tree.
    private var places = GenerationCache<Place, OpenSegments>(generationSize: 1024)
    private var changed: [SegmentTail] = []

    /// The number of segments that have changed since they were written.
    var unwrittenCount: Int { changed.count }

    /// Forgets everything that is not written.
    func clear() {
        numbers.removeAll()
        places.removeAll()
        changed = []
    }

    /// Adds the points of one report, in their order, to the series at `key`, which is made by `row` when it is new.
    ///
    /// A point goes on in the segment of the point before it, else in the open segment with the greatest last step that
    /// accepts it, else it begins a new one.
    /// - Returns: The segment of each point; nothing when all are in one.
    @discardableResult
    func append(
        steps: [Int64], times: [Int64], values: [Double], attempt: UInt32, position: UInt64, to key: RowKey,
        _ row: (UInt64) -> SeriesRow, in transaction: borrowing WriteTransaction, _ tables: Tables
    ) throws(LMDBError) -> [UInt32] {
        guard !values.isEmpty else { return [] }
        var numbers: [UInt32] = []
        let series = try number(of: key, row, transaction, tables)
        let open = try segments(of: Place(series: series, attempt: attempt), transaction, tables)
        var tail: SegmentTail?
        var firstSegment: UInt32 = 0
        for index in values.indices {
            let step = steps[index]
            let time = times[index]
            if tail?.accepts(step: step, time: time) != true {
                tail = chosen(in: open, step: step, time: time, series, attempt)
            }
            guard let tail else { continue }
            if numbers.isEmpty, index > 0, tail.key.segment != firstSegment {
                numbers = Array(repeating: firstSegment, count: index)
            }
            if index == 0 { firstSegment = tail.key.segment }
            if !numbers.isEmpty { numbers.append(tail.key.segment) }
            if !tail.isChanged { changed.append(tail) }
            try tail.append(
                step: step, time: time, value: values[index], position: position, to: transaction, tables)
        }
        return numbers
    }

    /// Makes the values of those points of `series` NaN that came by the events at `positions`, and writes everything.
    ///
    /// A segment does not depend on its values, so one that is written again from its points is what it would be if they had
    /// come without a value.
    func redact(
        _ series: UInt64, at positions: Set<UInt64>, in transaction: borrowing WriteTransaction, _ tables: Tables
    ) throws(LMDBError) {
        try flush(to: transaction, tables)
        places.removeAll()
        var blockCounts: [SegmentKey: Int] = [:]
        var affected: Set<SegmentKey> = []
        try transaction.forEach(in: tables.points, range: .prefix(SegmentKey.prefix(ofSeries: series))) {
            (entry) throws(LMDBError) in
            guard let key = SegmentKey(entry.key) else { throw transaction.damagedRow("a block of points") }
            guard SegmentKey.place(entry.key).level == 0 else { return .next }
            guard let block = PointBlockView(entry.value) else { throw transaction.damagedRow("a block of points") }
            blockCounts[key, default: 0] += 1
            if (0..<block.count).contains(where: { positions.contains(block.position($0)) }) { affected.insert(key) }
            return .next
        }
        for key in affected {
            let tail = SegmentTail(key)
            for index in 0..<blockCounts[key, default: 0] {
                let row = try transaction.withValue(for: key.row(level: 0, index: index), in: tables.points) { bytes in
                    PointBlockView(bytes).map { PointBlock($0) }
                }
                guard case .some(.some(let block)) = row else { throw transaction.damagedRow("a block of points") }
                for point in 0..<block.count {
                    let position = block.positions[point]
                    try tail.append(
                        step: block.steps[point], time: block.times[point],
                        value: positions.contains(position) ? .nan : block.values[point], position: position,
                        to: transaction, tables)
                }
            }
            try tail.flush(to: transaction, tables)
        }
    }

    /// Writes what is not written yet; the transaction can then be committed.
    func flush(to transaction: borrowing WriteTransaction, _ tables: Tables) throws(LMDBError) {
        for tail in changed { try tail.flush(to: transaction, tables) }
        changed.removeAll(keepingCapacity: true)
        places.age()
        numbers.age()
    }

    private func number(
        of key: RowKey, _ row: (UInt64) -> SeriesRow, _ transaction: borrowing WriteTransaction, _ tables: Tables
    ) throws(LMDBError) -> UInt64 {
        if let known = numbers.value(for: key.bytes) { return known }
        let number: UInt64
        if let stored = try transaction.series(key, in: tables) {
            number = stored.number
        } else {
            number = try transaction.counter(MetaRows.seriesCount, in: tables) + 1
            try transaction.put(row(number).bytes, for: key.bytes, in: tables.series)
            try transaction.setCounter(MetaRows.seriesCount, to: number, in: tables)
        }
        numbers.keep(number, for: key.bytes)
        return number
    }

    private func chosen(
        in open: OpenSegments, step: Int64, time: Int64, _ series: UInt64, _ attempt: UInt32
    ) -> SegmentTail {
        var best: SegmentTail?
        for tail in open.tails where tail.accepts(step: step, time: time) {
            if best.map({ $0.lastStep <= tail.lastStep }) ?? true { best = tail }
        }
        if let best { return best }
        let tail = SegmentTail(SegmentKey(series: series, attempt: attempt, segment: open.segmentCount))
        open.segmentCount += 1
        open.tails.append(tail)
        if open.tails.count > SeriesWriter.openSegments { open.tails.removeFirst() }
        return tail
    }

    private func segments(
        of place: Place, _ transaction: borrowing WriteTransaction, _ tables: Tables
    ) throws(LMDBError) -> OpenSegments {
        if let known = places.value(for: place) { return known }
        let open = OpenSegments()
        var segment = try lastSegment(before: .max, of: place, transaction, tables)
        open.segmentCount = segment.map { $0.key.segment + 1 } ?? 0
        while let tail = segment {
            open.tails.insert(tail, at: 0)
            guard open.tails.count < SeriesWriter.openSegments, tail.key.segment > 0 else { break }
            segment = try lastSegment(before: tail.key.segment, of: place, transaction, tables)
        }
        places.keep(open, for: place)
        return open
    }

    /// The stored segment with the greatest number below `limit`.
    private func lastSegment(
        before limit: UInt32, of place: Place, _ transaction: borrowing WriteTransaction, _ tables: Tables
    ) throws(LMDBError) -> SegmentTail? {
        let end = SegmentKey(series: place.series, attempt: place.attempt, segment: limit)
        guard let key = try transaction.segment(before: end, in: tables) else { return nil }
        return try transaction.withLastBlock(of: key, in: tables) { (block, index) throws(LMDBError) in
            try SegmentTail(key, last: block, at: index, in: transaction, tables)
        }
    }
}

extension Transaction where Self: ~Copyable {
    /// The stored segment of the same series and attempt with the greatest number below `end`'s.
    fileprivate func segment(before end: SegmentKey, in tables: Tables) throws(LMDBError) -> SegmentKey? {
        try withCursor(in: tables.points) { (cursor) throws(LMDBError) in
            guard let entry = try cursor.seek(before: end.row(level: 0, index: 0)), let key = SegmentKey(entry.key),
                key.series == end.series, key.attempt == end.attempt
            else { return nil }
            return key
        }
    }

    /// Returns what `body` makes of a segment's last block and its index; nil when the segment has no points.
    func withLastBlock<Result>(
        of key: SegmentKey, in tables: Tables, _ body: (PointBlockView, Int) throws(LMDBError) -> Result
    ) throws(LMDBError) -> Result? {
        try withCursor(in: tables.points) { (cursor) throws(LMDBError) in
            guard let entry = try cursor.seek(before: key.row(level: 1, index: 0)), SegmentKey(entry.key) == key else {
                return nil
            }
            guard let block = PointBlockView(entry.value) else { throw damagedRow("a block of points") }
            return try body(block, SegmentKey.place(entry.key).index)
        }
    }
}

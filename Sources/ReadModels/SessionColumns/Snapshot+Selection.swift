import LMDB
import Tracking

/// Choosing sessions by the table of their columns.
///
/// A question reads the columns that it names and nothing else, 64 sessions at a time: 100,000 sessions are 1,563 rows of a
/// column, which take some tenths of a millisecond. So every condition has its answer, with an exact count, in a time that does
/// not depend on what it lets through, and a number that changes changes one row, which it shares with its neighbours. Rows in
/// the order of their values would find a rare value sooner; but conditions joined by `and`, `or` and `not` would then need a
/// look at every session that one of them lets through, a count or a late page a walk over as many rows, and each report of
/// twenty metrics would move forty rows, each in a page of its own.
extension ReadModelSnapshot {
    /// The sessions that `filter` lets through.
    func selection(_ filter: SessionFilter) throws(LMDBError) -> SessionMask {
        var chosen = try present(includesArchived: filter.includesArchived)
        if !filter.statuses.isEmpty {
            chosen = try sessions(among: chosen, whose: .status, .among, filter.statuses.map { .text($0.rawValue) })
        }
        for tag in filter.tags { chosen = try sessions(among: chosen, whose: .tags, .equal, [.text(tag)]) }
        if let experiment = filter.experiment {
            chosen = try sessions(among: chosen, whose: .experiment, .equal, [.text(experiment)])
        }
        if let group = filter.group { chosen = try sessions(among: chosen, whose: .group, .equal, [.text(group)]) }
        let words = SearchText.words(of: filter.text)
        if !words.isEmpty { chosen = try sessions(among: chosen, containing: words) }
        if let condition = filter.condition { chosen = try sessions(among: chosen, for: condition) }
        return chosen
    }

    /// The sessions that were not deleted.
    func present(includesArchived: Bool) throws(LMDBError) -> SessionMask {
        var chosen = try noSession()
        let matcher = CellMatcher(.equal, [.flag(false)])
        try forEachRow(of: .plain(.archived)) { (chunk, bytes) throws(LMDBError) in
            let row = try cells(bytes)
            chosen[chunk] = includesArchived ? row.mask : row.sessions { matcher.answer($0) == .yes }
        }
        return try created(among: chosen)
    }

    /// The sessions that have a cell in a column.
    func sessions(havingCellIn column: SessionColumnKey) throws(LMDBError) -> SessionMask {
        var chosen = try noSession()
        try forEachRow(of: column) { (chunk, bytes) throws(LMDBError) in chosen[chunk] = try cells(bytes).mask }
        return try created(among: chosen)
    }

    /// Those of `sessions` that the snapshot's position knows.
    private func created(among sessions: SessionMask) throws(LMDBError) -> SessionMask {
        guard let past else { return sessions }
        return sessions & (try self.sessions(of: past).created)
    }

    private func sessions(
        among candidates: SessionMask, for condition: SessionCondition
    ) throws(LMDBError) -> SessionMask {
        switch condition {
        case .all(let parts):
            // What is dear is asked of fewer sessions then.
            var chosen = candidates
            for part in parts.map({ (part: $0, cost: $0.columnCost) }).sorted(by: { $0.cost < $1.cost }) {
                chosen = try sessions(among: chosen, for: part.part)
            }
            return chosen
        case .any(let parts):
            var chosen = try noSession()
            for part in parts { chosen = try chosen | sessions(among: candidates.subtracting(chosen), for: part) }
            return chosen
        case .not(let part): return candidates.subtracting(try sessions(among: candidates, for: part))
        case .exists(let field):
            var chosen = try noSession()
            try forEachValue(of: ColumnSource.of(field), among: candidates) { chunk, value in
                switch value {
                case .cells(_, let rows): chosen[chunk] |= rows
                case .metric(let row, let statistic, let rows): chosen[chunk] |= row.mask(of: statistic) & rows
                }
            }
            return chosen
        case .comparison(let field, let comparison, let literals):
            return try sessions(among: candidates, whose: field, comparison, literals)
        }
    }

    /// The sessions of which a comparison holds.
    private func sessions(
        among candidates: SessionMask, whose field: SessionCondition.Field, _ comparison: SessionCondition.Comparison,
        _ literals: [SessionCondition.Literal]
    ) throws(LMDBError) -> SessionMask {
        let matcher = CellMatcher(comparison, literals)
        var chosen = try noSession()
        var undecided = chosen
        try forEachValue(of: ColumnSource.of(field), among: candidates) { chunk, value in
            switch value {
            case .cells(let row, let rows):
                let answers = row.answers(matcher, of: rows)
                chosen[chunk] |= answers.yes & rows
                undecided[chunk] |= answers.undecided & rows
            case .metric(let row, let statistic, let rows):
                var holding: UInt64 = 0
                matcher.withNumberTest { holds in
                    row.forEach(statistic, within: rows) { place, number in
                        holding |= (holds(number) ? 1 : 0) << UInt64(place)
                    }
                }
                chosen[chunk] |= holding
            }
        }
        return try chosen
            | decided(undecided) { SessionCondition.holds($0.values(of: field, [:]), comparison, literals) }
    }

    /// The sessions whose name, notes or tags contain all `words`.
    private func sessions(
        among candidates: SessionMask, containing words: [SearchText]
    ) throws(LMDBError) -> SessionMask {
        var chosen = try noSession()
        var undecided = chosen
        try forEachValue(of: [.cells(.plain(.text))], among: candidates) { chunk, value in
            // Most rows have none of the rarer words.
            guard case .cells(let row, let rows) = value, words.allSatisfy(row.content.contains) || row.hasLongText
            else { return }
            chosen[chunk] = row.sessions { cell in words.allSatisfy { cell.content.contains($0) } } & rows
            undecided[chunk] = row.sessions { $0.tag == .longText } & rows & ~chosen[chunk]
        }
        return try chosen | decided(undecided) { $0.contains(words) }
    }

    /// Those of `sessions`, whose cells leave out what decides, of whose documents `holds` is true.
    private func decided(
        _ sessions: SessionMask, _ holds: (SessionDocument) -> Bool
    ) throws(LMDBError) -> SessionMask {
        var chosen = try noSession()
        for number in sessions.numbers(isDescending: false) {
            guard let document = try transaction.session(number, through: position, in: tables), holds(document) else {
                continue
            }
            chosen[Int(number.chunk)] |= 1 << UInt64(number.place)
        }
        return chosen
    }

    // MARK: - Rows

    /// A row of a column, and those of its sessions that are asked for.
    enum ColumnRow {
        case cells(CellChunkView, UInt64)
        case metric(MetricChunkView, MetricSummary.Statistic, UInt64)
    }

    /// Calls `body` with the rows of `sources`, and with those sessions among `candidates` that have a value there and none in a
    /// source before.
    func forEachValue(
        of sources: [ColumnSource], among candidates: SessionMask, _ body: (_ chunk: Int, ColumnRow) -> Void
    ) throws(LMDBError) {
        var rest = candidates
        for source in sources {
            try forEachRow(of: source.key, among: rest) { (chunk, bytes) throws(LMDBError) in
                let wanted = rest[chunk]
                guard wanted != 0 else { return }
                switch source {
                case .cells:
                    let row = try cells(bytes)
                    rest[chunk] &= ~row.mask
                    body(chunk, .cells(row, wanted & row.mask))
                case .metric(_, let statistic):
                    guard let row = MetricChunkView(bytes) else {
                        throw transaction.damagedRow("a column of a metric")
                    }
                    let mask = row.mask(of: statistic)
                    rest[chunk] &= ~mask
                    body(chunk, .metric(row, statistic, wanted & mask))
                }
            }
        }
    }

    /// Calls `body` with the rows of a column, in which the cells of `candidates` are those of the snapshot's position; nil for all
    /// sessions.
    private func forEachRow(
        of column: SessionColumnKey, among candidates: SessionMask? = nil,
        _ body: (_ chunk: Int, UnsafeRawBufferPointer) throws(LMDBError) -> Void
    ) throws(LMDBError) {
        guard let past else { return try forEachStoredRow(of: column, body) }
        let changed = try sessions(of: past).changed
        let wanted = candidates.map { $0 & changed } ?? changed
        var next = 0
        try forEachStoredRow(of: column) { (chunk, bytes) throws(LMDBError) in
            try forEachMissingRow(of: column, next..<chunk, wanted, in: past, body)
            next = chunk + 1
            guard wanted[chunk] != 0 else { return try body(chunk, bytes) }
            if let row = try row(column, chunk, from: bytes, for: wanted[chunk], in: past) { try body(chunk, row) }
        }
        try forEachMissingRow(of: column, next..<wanted.words.count, wanted, in: past, body)
    }

    /// Calls `body` with those rows of `chunks` that are not stored any more.
    private func forEachMissingRow(
        of column: SessionColumnKey, _ chunks: Range<Int>, _ wanted: SessionMask, in past: PastRows,
        _ body: (_ chunk: Int, UnsafeRawBufferPointer) throws(LMDBError) -> Void
    ) throws(LMDBError) {
        for chunk in chunks where wanted[chunk] != 0 {
            if let row = try row(column, chunk, from: nil, for: wanted[chunk], in: past) { try body(chunk, row) }
        }
    }

    private func forEachStoredRow(
        of column: SessionColumnKey, _ body: (_ chunk: Int, UnsafeRawBufferPointer) throws(LMDBError) -> Void
    ) throws(LMDBError) {
        let prefix = column.row.bytes
        let chunkCount = try chunkCount()
        try transaction.forEach(in: tables.columns, range: .prefix(prefix)) { (entry) throws(LMDBError) in
            guard entry.key.count == prefix.count + 4,
                case let chunk = Int(entry.key.bigEndian(at: prefix.count, as: UInt32.self)), chunk < chunkCount
            else { throw transaction.damagedRow("a column of sessions") }
            try body(chunk, entry.value)
            return .next
        }
    }

    func cells(_ bytes: UnsafeRawBufferPointer) throws(LMDBError) -> CellChunkView {
        guard let row = CellChunkView(bytes) else { throw transaction.damagedRow("a column of sessions") }
        return row
    }

    func chunkCount() throws(LMDBError) -> Int {
        let count = try transaction.counter(MetaRows.sessionCount, in: tables)
        return (Int(count) + CellChunk.capacity - 1) / CellChunk.capacity
    }

    func noSession() throws(LMDBError) -> SessionMask { SessionMask(chunkCount: try chunkCount()) }

    /// The id of the session with `number`; nil when it was deleted.
    func id(of number: SessionNumber) throws(LMDBError) -> Session.ID? {
        guard isCurrent else {
            let state = try transaction.fields(of: .state, ofSession: number, through: position, in: tables)
            return state.flatMap { $0.deleted ? nil : Session.ID($0.sessionID) }
        }
        let row = try transaction.withValue(
            for: SessionColumnKey.plain(.id).row.appending(number.chunk).bytes, in: tables.columns
        ) { bytes in
            CellChunkView(bytes)?.cell(of: number.place).flatMap {
                Session.ID(String(decoding: $0.content, as: UTF8.self))
            }
        }
        return row ?? nil
    }
}

extension CellChunkView {
    /// Those of `sessions` of which a comparison holds, and those whose cells leave it open; others may be among them.
    @inline(__always)
    fileprivate func answers(_ matcher: CellMatcher, of sessions: UInt64) -> (yes: UInt64, undecided: UInt64) {
        var (yes, undecided): (UInt64, UInt64) = (0, 0)
        guard sessions != 0 else { return (0, 0) }
        let wanted = cells(ofRows: sessions)
        forEachCell { number, cell in
            guard wanted >> UInt64(number & 63) & 1 == 1 else { return }
            switch matcher.answer(cell) {
            case .yes: yes |= 1 << UInt64(number)
            case .undecided: undecided |= 1 << UInt64(number)
            case .no: break
            }
        }
        return (rows(withCellsIn: yes), rows(withCellsIn: undecided))
    }

    /// True when a cell holds only the beginning of a text.
    fileprivate var hasLongText: Bool {
        var isLong = false
        forEachCell { if $1.tag == .longText { isLong = true } }
        return isLong
    }

    /// The sessions whose cell is one of which `condition` is true.
    @inline(__always)
    func sessions(_ condition: (CellView) -> Bool) -> UInt64 {
        var chosen: UInt64 = 0
        forEachCell { number, cell in if condition(cell) { chosen |= 1 << UInt64(number) } }
        return rows(withCellsIn: chosen)
    }
}

extension SessionCondition {
    /// How much it takes to answer it for every session, roughly: 1 is a column of short texts.
    fileprivate var columnCost: Int {
        switch self {
        case .all(let parts), .any(let parts): parts.reduce(0) { $0 + $1.columnCost }
        case .not(let part): part.columnCost
        case .exists(let field), .comparison(let field, _, _):
            switch field {
            case .metric: 8
            case .tags, .notes: 4
            case .parameter, .configuration, .result: 3
            default: 1
            }
        }
    }
}

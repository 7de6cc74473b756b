import LMDB
package import Tracking

/// The names and values that exist, from the table of sessions.
///
/// A name is a column: the walk goes from the first row of one to the first row of the next, and of each it reads the masks of its
/// rows, which stand for 64 sessions each. Tags, experiments and groups are values: their columns are read once, each different
/// cell of a row once. No session is read, but for texts that keys and cells leave out.
extension ReadModelSnapshot {
    /// The most rows of columns that one question reads, some tenths of a second: it ends with the name that reaches them.
    private static let mostNameRows = 500_000

    /// The names that `query` asks for, of the newest state.
    package func names(_ query: SessionNameQuery) throws(ReadModelError) -> SessionNamePage {
        precondition(isCurrent, "columns have the names of the present")
        do throws(LMDBError) {
            let shown = try present(includesArchived: query.includesArchived)
            return switch query.kind {
            case .params: try names(query, inColumns: [.parameter, .configuration], among: shown)
            case .config: try names(query, inColumns: [.configuration], among: shown)
            case .metrics: try names(query, inColumns: [.final, .metric], among: shown)
            case .results: try names(query, inColumns: [.result], among: shown)
            case .tags: try values(query, of: .tags, among: shown)
            case .experiments: try values(query, of: .experiment, among: shown)
            case .groups: try values(query, of: .group, among: shown)
            }
        } catch {
            throw ReadModelError(error)
        }
    }

    // MARK: - Names of columns

    /// The names that have a column of one of `kinds`, with the sessions among `shown` that have a cell in it.
    private func names(
        _ query: SessionNameQuery, inColumns kinds: [SessionColumnKey.NamedKind], among shown: SessionMask
    ) throws(LMDBError) -> SessionNamePage {
        var page = SessionNamePage()
        let shownCount = shown.count
        var rowCount = 0
        let beginning = RowKey.beginning(query.prefix)
        var last: [UInt8]? = query.after.map { RowKey().appending($0).bytes }
        try transaction.withCursor(in: tables.columns) { (cursor) throws(LMDBError) in
            while let name = try nextName(after: last, beginning: beginning, kinds, cursor) {
                last = name
                var rest = shown
                var found: (kind: SessionColumnKey.NamedKind, session: SessionNumber)?
                for kind in kinds {
                    try forEachMask(ofColumn: [kind.rawValue] + name) { chunk, mask in
                        rowCount += 1
                        let sessions = rest[chunk] & mask
                        guard sessions != 0 else { return }
                        let number = chunk * CellChunk.capacity + sessions.trailingZeroBitCount
                        found = found ?? (kind, SessionNumber(rawValue: UInt32(number)))
                        rest[chunk] &= ~mask
                    }
                }
                if let found, let text = try text(of: name, found.kind, found.session),
                    text.utf8.starts(with: query.prefix.utf8)
                {
                    guard page.entries.count < query.limit else {
                        page.next = page.entries.last?.name
                        return
                    }
                    page.entries.append(.init(name: text, sessionCount: shownCount - rest.count))
                }
                // A long one is no place to go on from: a key does not have all of it.
                if rowCount >= Self.mostNameRows, let end = RowKey.text(name.dropLast(2)) {
                    page.next = end
                    return
                }
            }
        }
        return page
    }

    /// The smallest name, as keys have it, behind `last` that begins with `beginning` and has a column of one of `kinds`.
    private func nextName(
        after last: [UInt8]?, beginning: [UInt8], _ kinds: [SessionColumnKey.NamedKind], _ cursor: borrowing Cursor
    ) throws(LMDBError) -> [UInt8]? {
        var next: [UInt8]?
        for kind in kinds {
            var start = [kind.rawValue] + beginning
            // Behind the rows of the last name, whose numbers have four bytes.
            if let last, case let behind = [kind.rawValue] + last + [UInt8](repeating: 0xFF, count: 5),
                start.lexicographicallyPrecedes(behind)
            {
                start = behind
            }
            guard let entry = try cursor.seek(atOrAfter: start), entry.key.begins(with: [kind.rawValue] + beginning)
            else { continue }
            guard entry.key.count >= 7 else { throw transaction.damagedRow("a column of sessions") }
            let name = Array(entry.key.dropFirst().dropLast(4))
            if next.map({ name.lexicographicallyPrecedes($0) }) ?? true { next = name }
        }
        return next
    }

    /// Calls `body` with the sessions that have a cell in each row of the column whose key is `column`.
    private func forEachMask(
        ofColumn column: [UInt8], _ body: (_ chunk: Int, UInt64) -> Void
    ) throws(LMDBError) {
        let chunkCount = try chunkCount()
        try transaction.forEach(in: tables.columns, range: .prefix(column)) { (entry) throws(LMDBError) in
            // Rows of cells and of metrics both begin with it.
            guard entry.key.count == column.count + 4, entry.value.count >= 8,
                case let chunk = Int(entry.key.bigEndian(at: column.count, as: UInt32.self)), chunk < chunkCount
            else { throw transaction.damagedRow("a column of sessions") }
            body(chunk, UInt64(littleEndian: entry.value.loadUnaligned(as: UInt64.self)))
            return .next
        }
    }

    /// The name that `key` stands for; a long one is looked up in a session that has it.
    private func text(
        of key: [UInt8], _ kind: SessionColumnKey.NamedKind, _ session: SessionNumber
    ) throws(LMDBError) -> String? {
        if let text = RowKey.text(key.dropLast(2)) { return text }
        let names: [String]
        if kind == .metric {
            names = try transaction.metricSummaries(of: session, in: tables).map(\.name)
        } else {
            let document = try transaction.session(session, through: position, in: tables) ?? SessionDocument()
            names =
                switch kind {
                case .parameter: document.params.map(\.name)
                case .configuration: document.configurationValues.map(\.name)
                case .result: document.results.map(\.name)
                case .final: document.finalMetrics.map(\.name)
                case .metric: []
                }
        }
        return names.first { RowKey().appending($0).bytes == key }
    }

    // MARK: - Values

    /// The texts that sessions among `shown` have in a column.
    private func values(
        _ query: SessionNameQuery, of column: SessionColumnKey.Plain, among shown: SessionMask
    ) throws(LMDBError) -> SessionNamePage {
        var counts = NameCounts(query)
        var undecided = try noSession()
        try forEachValue(of: [.cells(.plain(column))], among: shown) { chunk, row in
            guard case .cells(let row, let sessions) = row else { return }
            row.forEachCell { number, cell in
                let those = row.rows(withCellsIn: 1 << UInt64(number)) & sessions
                guard those != 0 else { return }
                if let values = cell.values {
                    counts.add(values, sessionCount: those.nonzeroBitCount)
                } else {
                    undecided[chunk] |= those
                }
            }
        }
        if let field = column.field {
            for number in undecided.numbers(isDescending: false) {
                guard let session = try transaction.session(number, through: position, in: tables, isWhole: false)
                else { continue }
                counts.add(session.values(of: field, [:]), sessionCount: 1)
            }
        }
        return counts.page
    }
}

/// Counts values by their bytes, and forgets those behind the page that is asked for.
private struct NameCounts {
    private let query: SessionNameQuery
    private var counts: [[UInt8]: Int] = [:]
    /// The most values that are kept before those behind the page are dropped.
    private let capacity: Int

    init(_ query: SessionNameQuery) {
        self.query = query
        capacity = 4 * query.limit + 1024
    }

    mutating func add(_ values: [SessionCondition.Literal], sessionCount: Int) {
        for (index, value) in values.enumerated() where !values[..<index].contains(value) {
            guard case .text(let text) = value, text.utf8.starts(with: query.prefix.utf8),
                query.after.map({ $0.utf8.lexicographicallyPrecedes(text.utf8) }) ?? true
            else { continue }
            counts[Array(text.utf8), default: 0] += sessionCount
        }
        guard counts.count > capacity else { return }
        for (name, _) in sorted.dropFirst(query.limit + 1) { counts[name] = nil }
    }

    private var sorted: [(key: [UInt8], value: Int)] {
        counts.sorted { $0.key.lexicographicallyPrecedes($1.key) }
    }

    var page: SessionNamePage {
        var page = SessionNamePage()
        let sorted = sorted
        page.entries = sorted.prefix(query.limit).map { name, count in
            .init(name: String(decoding: name, as: UTF8.self), sessionCount: count)
        }
        if sorted.count > query.limit { page.next = page.entries.last?.name }
        return page
    }
}

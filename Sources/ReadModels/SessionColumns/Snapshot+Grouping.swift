import LMDB
package import Tracking

/// Sessions in groups and the numbers of these, from the table of sessions: each column that a question names is read once,
/// at a past position as at the present one, and no session is read but for texts that cells leave out.
extension ReadModelSnapshot {
    /// The sessions that `filter` lets through, in groups by the values of `column`.
    package func grouping(
        _ filter: SessionFilter, by column: SessionColumn
    ) throws(ReadModelError) -> SessionGrouping {
        do throws(LMDBError) {
            let selection = try selection(filter)
            var grouping = SessionGrouping(sessionCount: selection.count)
            var rest = selection
            var undecided = try noSession()
            try forEachValue(of: ColumnSource.of(column.field), among: selection) { chunk, row in
                switch row {
                case .metric(let row, let statistic, let sessions):
                    rest[chunk] &= ~sessions
                    row.forEach(statistic, within: sessions) { place, number in
                        let value = SessionCondition.Literal.number(number).json
                        grouping.add(1 << UInt64(place), of: chunk, to: [value])
                    }
                case .cells(let row, let sessions):
                    rest[chunk] &= ~sessions
                    row.forEachCell { number, cell in
                        let those = row.rows(withCellsIn: 1 << UInt64(number)) & sessions
                        guard those != 0 else { return }
                        if let values = cell.values {
                            grouping.add(those, of: chunk, to: values.map(\.json))
                        } else {
                            undecided[chunk] |= those
                        }
                    }
                }
            }
            for number in undecided.numbers(isDescending: false) {
                guard let session = try transaction.session(number, through: position, in: tables) else { continue }
                let values = session.values(of: column.field, [:]).map(\.json)
                grouping.add(1 << UInt64(number.place), of: Int(number.chunk), to: values)
            }
            for (chunk, sessions) in rest.words.enumerated() where sessions != 0 {
                grouping.add(sessions, of: chunk, to: [])
            }
            grouping.finish()
            return grouping
        } catch {
            throw ReadModelError(error)
        }
    }

    /// The finite numbers that the sessions of each of `groups` have in `column`, the smallest first; texts that are numbers count,
    /// as they do in filters.
    package func numbers(
        of column: SessionColumn, in grouping: SessionGrouping, groups: [Int]
    ) throws(ReadModelError) -> [[Double]] {
        do throws(LMDBError) {
            var wanted = try noSession()
            var parts = [[(slot: Int, sessions: UInt64)]](repeating: [], count: wanted.words.count)
            for (slot, part) in grouping.parts(of: groups) {
                wanted[part.chunk] |= part.sessions
                parts[part.chunk].append((slot, part.sessions))
            }
            var numbers = [[Double]](repeating: [], count: groups.count)
            func add(_ number: Double, _ chunk: Int, _ place: Int) {
                guard number.isFinite else { return }
                for part in parts[chunk] where part.sessions >> UInt64(place) & 1 == 1 {
                    numbers[part.slot].append(number)
                }
            }
            try forEachValue(of: ColumnSource.of(column.field), among: wanted) { chunk, row in
                switch row {
                case .metric(let row, let statistic, let sessions):
                    row.forEach(statistic, within: sessions) { place, number in add(number, chunk, place) }
                case .cells(let row, let sessions):
                    let cells = row.views.map(\.asNumber)
                    row.forEach { place, number in
                        guard sessions >> UInt64(place) & 1 == 1, number < cells.count, let value = cells[number]
                        else { return }
                        add(value, chunk, place)
                    }
                }
            }
            return numbers.map { $0.sorted() }
        } catch {
            throw ReadModelError(error)
        }
    }

    /// The newest sessions of each of `groups`, at most `limit`, the newest first.
    package func newestSessions(
        of groups: [Int], in grouping: SessionGrouping, limit: Int
    ) throws(ReadModelError) -> [[Session.ID]] {
        do throws(LMDBError) {
            var ids = [[Session.ID]](repeating: [], count: groups.count)
            for (slot, part) in grouping.parts(of: groups).reversed() {
                var rest = part.sessions
                while rest != 0, ids[slot].count < limit {
                    let place = 63 - rest.leadingZeroBitCount
                    rest &= ~(1 << UInt64(place))
                    let number = SessionNumber(rawValue: UInt32(part.chunk * CellChunk.capacity + place))
                    if let id = try id(of: number) { ids[slot].append(id) }
                }
            }
            return ids
        } catch {
            throw ReadModelError(error)
        }
    }

    /// The number of sessions that the log has spoken of, deleted ones included.
    package func knownSessionCount() throws(ReadModelError) -> Int {
        do throws(LMDBError) {
            return Int(clamping: try transaction.counter(MetaRows.sessionCount, in: tables))
        } catch {
            throw ReadModelError(error)
        }
    }
}

extension SessionGrouping {
    /// The parts of `groups`, each with the place of its group among these.
    fileprivate func parts(of groups: [Int]) -> [(slot: Int, part: Part)] {
        var slots = [Int?](repeating: nil, count: values.count)
        for (slot, group) in groups.enumerated() { slots[group] = slot }
        return parts.compactMap { part in slots[part.group].map { ($0, part) } }
    }
}

extension CellView {
    /// The number that the cell holds or spells; nil for anything else, and for several values.
    fileprivate var asNumber: Double? {
        switch tag {
        case .number: number
        case .text: Double(String(decoding: content, as: UTF8.self))
        case .no, .yes, .time, .longText, .list, .longList: nil
        }
    }
}

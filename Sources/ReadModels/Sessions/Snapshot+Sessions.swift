import LMDB
package import Tracking

extension ReadModelSnapshot {
    /// The session called `id`; nil when there is none, or it was deleted.
    package func session(_ id: Session.ID) throws(ReadModelError) -> SessionDocument? {
        do throws(LMDBError) {
            return try transaction.session(id.text, through: position, in: tables).flatMap { $0.deleted ? nil : $0 }
        } catch {
            throw ReadModelError(error)
        }
    }

    /// The session that was asked to start last, of those that were not deleted; nil when none ever was.
    package func latestStartedSession() throws(ReadModelError) -> SessionDocument? {
        do throws(LMDBError) {
            var last = position
            while last > .start {
                let started = try transaction.withCursor(in: tables.documents) {
                    (cursor) throws(LMDBError) -> (id: String, position: UInt64)? in
                    let prefix = DocumentKind.latestStarted.prefix
                    guard let entry = try cursor.seek(atOrBefore: prefix.appending(last.rawValue).bytes),
                        entry.key.count == prefix.bytes.count + 8, entry.key.begins(with: prefix.bytes)
                    else { return nil }
                    return (
                        String(decoding: entry.value, as: UTF8.self),
                        entry.key.bigEndian(at: prefix.bytes.count, as: UInt64.self)
                    )
                }
                guard let started else { return nil }
                if let session = try transaction.session(started.id, through: position, in: tables), !session.deleted {
                    return session
                }
                last = LogPosition(started.position - 1)
            }
            return nil
        } catch {
            throw ReadModelError(error)
        }
    }

    /// The queued sessions in the order in which they may begin.
    package func queue() throws(ReadModelError) -> [Session.ID] {
        do throws(LMDBError) {
            var queue: [Session.ID] = []
            guard isCurrent else { return try pastQueue().compactMap { Session.ID($0.sessionID) } }
            try transaction.forEach(in: tables.indexes, range: .prefix(ListKeys.queue.bytes)) { entry in
                if let id = Session.ID(String(decoding: entry.value, as: UTF8.self)) { queue.append(id) }
                return .next
            }
            return queue
        } catch {
            throw ReadModelError(error)
        }
    }

    /// The places in the queue, from 1, of those of `sessions` that are queued, by their ids.
    package func queuePlaces(of sessions: [SessionDocument]) throws(ReadModelError) -> [String: Int] {
        var wanted = sessions.filter { $0.queuedPosition > 0 }.sorted { $0.queuedPosition > $1.queuedPosition }
        guard let last = wanted.first?.queuedPosition else { return [:] }
        var places: [String: Int] = [:]
        do throws(LMDBError) {
            guard isCurrent else {
                let ids = Set(wanted.map(\.sessionID))
                for (index, session) in try pastQueue().enumerated() where ids.contains(session.sessionID) {
                    places[session.sessionID] = index + 1
                }
                return places
            }
            var place = 0
            let range = KeyRange.from(
                ListKeys.queue.appending(UInt64(0)).bytes, through: ListKeys.queue.appending(last).bytes)
            try transaction.forEach(in: tables.indexes, range: range) { entry in
                place += 1
                guard let next = wanted.last else { return .stop }
                if entry.key.bigEndian(at: 1, as: UInt64.self) == next.queuedPosition {
                    places[next.sessionID] = place
                    wanted.removeLast()
                }
                return .next
            }
        } catch {
            throw ReadModelError(error)
        }
        return places
    }

    /// The sessions of `statuses` in the order of their creation; archived ones only when they are asked for.
    package func sessionIDs(
        in statuses: Set<Session.Status>, includesArchived: Bool = false
    ) throws(ReadModelError) -> [Session.ID] {
        var filter = SessionFilter()
        filter.statuses = statuses
        filter.includesArchived = includesArchived
        guard !statuses.isEmpty else { return [] }
        return try sessionIDs { () throws(LMDBError) in try selection(filter) }
    }

    /// Calls `body` with what lists show of each of `sessions`, but of those that were deleted; each is read by itself, so
    /// that any number takes the memory of one.
    package func forEach(
        of sessions: [Session.ID], _ body: (Session.ID, SessionDocument) -> Void
    ) throws(ReadModelError) {
        do throws(LMDBError) {
            for id in sessions {
                let document = try transaction.session(id.text, through: position, in: tables, isWhole: false)
                if let document, !document.deleted { body(id, document) }
            }
        } catch {
            throw ReadModelError(error)
        }
    }

    /// The sessions that `selection` finds, in the order of their creation.
    func sessionIDs(_ selection: () throws(LMDBError) -> SessionMask) throws(ReadModelError) -> [Session.ID] {
        do throws(LMDBError) {
            var ids: [Session.ID] = []
            for number in try selection().numbers(isDescending: false) {
                if let id = try id(of: number) { ids.append(id) }
            }
            return ids
        } catch {
            throw ReadModelError(error)
        }
    }

    /// The number of sessions with each status, archived ones left out; every status is there.
    package func statusCounts() throws(ReadModelError) -> [Session.Status: Int] {
        var counts = Dictionary(uniqueKeysWithValues: Session.Status.allCases.map { ($0, 0) })
        func add(_ count: Int, _ status: String) {
            if let status = Session.Status(rawValue: status) { counts[status, default: 0] += count }
        }
        do throws(LMDBError) {
            let shown = try present(includesArchived: false)
            try forEachValue(of: [.cells(.plain(.status))], among: shown) { _, row in
                guard case .cells(let row, let sessions) = row else { return }
                row.forEachCell { number, cell in
                    let those = row.rows(withCellsIn: 1 << UInt64(number)) & sessions
                    add(those.nonzeroBitCount, String(decoding: cell.content, as: UTF8.self))
                }
            }
        } catch {
            throw ReadModelError(error)
        }
        return counts
    }

    /// The sessions that `filter` lets through, in `order`: at most `limit` after the first `offset`.
    ///
    /// - Parameter isWhole: Whether the documents have all their fields, or only those that lists show: without configuration,
    ///   parameters, facts, results and verdicts.
    package func sessions(
        _ filter: SessionFilter = SessionFilter(), order: SessionOrder = .newestFirst, limit: Int = 100,
        offset: Int = 0, isWhole: Bool = true
    ) throws(ReadModelError) -> SessionPage {
        do throws(LMDBError) {
            let (limit, offset) = (max(limit, 0), max(offset, 0))
            let selection = try selection(filter)
            var sessions: [SessionDocument] = []
            for number in try page(of: selection, order, limit: limit, offset: offset) {
                let session = try transaction.session(number, through: position, in: tables, isWhole: isWhole)
                if let session { sessions.append(session) }
            }
            return SessionPage(sessions: sessions, total: selection.count)
        } catch {
            throw ReadModelError(error)
        }
    }

    private func page(
        of selection: SessionMask, _ order: SessionOrder, limit: Int, offset: Int
    ) throws(LMDBError) -> [SessionNumber] {
        guard order.key != .created else {
            return selection.numbers(isDescending: order.isDescending, limit: limit, offset: offset)
        }
        var ranking = SessionRanking(selection, isDescending: order.isDescending, limit: limit, offset: offset)
        try forEachValue(of: ColumnSource.of(order.key), among: selection) { chunk, row in
            switch row {
            case .metric(let row, let statistic, let sessions):
                row.forEach(statistic, within: sessions) { ranking.add($1, chunk: chunk, place: $0) }
            case .cells(let row, let sessions):
                let cells = row.views
                row.forEach { place, number in
                    guard sessions >> UInt64(place) & 1 == 1, number < cells.count else { return }
                    let cell = cells[number]
                    switch cell.tag {
                    case .number: ranking.add(cell.number, chunk: chunk, place: place)
                    case .time: ranking.add(Double(cell.time), chunk: chunk, place: place)
                    case .text, .longText: ranking.add(cell.content, chunk: chunk, place: place)
                    case .no: ranking.add(UnsafeRawBufferPointer("false"), chunk: chunk, place: place)
                    case .yes: ranking.add(UnsafeRawBufferPointer("true"), chunk: chunk, place: place)
                    case .list, .longList: break
                    }
                }
            }
        }
        return ranking.sessions()
    }

    /// What lists show of the queued sessions of a past position, in the order in which they could begin.
    private func pastQueue() throws(LMDBError) -> [SessionDocument] {
        var filter = SessionFilter()
        filter.includesArchived = true
        filter.statuses = [.queued]
        var queue: [SessionDocument] = []
        for number in try selection(filter).numbers(isDescending: false) {
            let session = try transaction.session(number, through: position, in: tables, isWhole: false)
            if let session { queue.append(session) }
        }
        return queue.sorted { $0.queuedPosition < $1.queuedPosition }
    }
}

extension UnsafeRawBufferPointer {
    /// A text of the program itself.
    fileprivate init(_ text: StaticString) { self.init(start: text.utf8Start, count: text.utf8CodeUnitCount) }
}

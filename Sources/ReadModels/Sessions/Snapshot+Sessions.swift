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
        try indexRows().filter { $0.status == .queued }.sorted { $0.queuedPosition < $1.queuedPosition }
            .compactMap { Session.ID($0.session) }
    }

    /// The place of a queued session in the queue, from 1; nil when it is not queued.
    package func queuePlace(of id: Session.ID) throws(ReadModelError) -> Int? {
        try queue().firstIndex(of: id).map { $0 + 1 }
    }

    /// The sessions of `statuses` in the order of their creation; archived ones only when they are asked for.
    package func sessionIDs(
        in statuses: Set<Session.Status>, includesArchived: Bool = false
    ) throws(ReadModelError) -> [Session.ID] {
        try indexRows().filter { statuses.contains($0.status) && (includesArchived || !$0.isArchived) }
            .sorted { $0.createdPosition < $1.createdPosition }.compactMap { Session.ID($0.session) }
    }

    /// The number of sessions with each status, archived ones left out; every status is there.
    package func statusCounts() throws(ReadModelError) -> [Session.Status: Int] {
        var counts = Dictionary(uniqueKeysWithValues: Session.Status.allCases.map { ($0, 0) })
        for row in try indexRows() where !row.isArchived { counts[row.status, default: 0] += 1 }
        return counts
    }

    /// The sessions that `filter` lets through, in `order`: at most `limit` after the first `offset`.
    package func sessions(
        _ filter: SessionFilter = SessionFilter(), order: SessionOrder = .newestFirst, limit: Int = 100, offset: Int = 0
    ) throws(ReadModelError) -> SessionPage {
        var rows = try indexRows().filter { filter.mayInclude($0) }
        let place = { (count: Int) in min(max(offset, 0), count)..<min(max(offset, 0) + max(limit, 0), count) }
        do throws(LMDBError) {
            if order.key == .created, !filter.needsDocuments {
                rows.sort { order.isDescending != ($0.createdPosition < $1.createdPosition) }
                var sessions: [SessionDocument] = []
                for row in rows[place(rows.count)] {
                    guard let session = try transaction.session(row.session, through: position, in: tables) else {
                        continue
                    }
                    sessions.append(session)
                }
                return SessionPage(sessions: sessions, total: rows.count)
            }
            let needsSettings = filter.needsSettings || order.needsSettings
            let metricNames = order.metricNames.union(filter.condition?.metricNames ?? [])
            var sessions: [(session: SessionDocument, metrics: [String: MetricSummary])] = []
            for row in rows {
                guard
                    let session = try transaction.session(
                        row.session, through: position, in: tables, withSettings: needsSettings)
                else { continue }
                let metrics = try metricSummaries(of: session, named: metricNames)
                if filter.includes(session, metrics) { sessions.append((session, metrics)) }
            }
            let sorted = order.sorted(sessions)
            var shown = Array(sorted[place(sorted.count)])
            if !needsSettings {
                for index in shown.indices {
                    let whole = try transaction.session(shown[index].sessionID, through: position, in: tables)
                    if let whole { shown[index] = whole }
                }
            }
            return SessionPage(sessions: shown, total: sorted.count)
        } catch {
            throw ReadModelError(error)
        }
    }

    /// The index rows of all sessions, in no particular order.
    private func indexRows() throws(ReadModelError) -> [SessionIndexRow] {
        var rows: [SessionIndexRow] = []
        do throws(LMDBError) {
            if isCurrent {
                try transaction.forEach(in: tables.indexes, range: .prefix(SessionIndexRow.prefix.bytes)) {
                    (entry) throws(LMDBError) in
                    guard let row = SessionIndexRow(entry.value) else {
                        throw transaction.damagedRow("a session's index")
                    }
                    rows.append(row)
                    return .next
                }
            } else {
                try transaction.forEachVersion(
                    of: DocumentKind.session.prefix, through: position, in: tables
                ) { (bytes) throws(LMDBError) in
                    let session = try transaction.decoded(bytes, as: SessionDocument.self)
                    if !session.deleted { rows.append(SessionIndexRow(session)) }
                    return .next
                }
            }
        } catch {
            throw ReadModelError(error)
        }
        return rows
    }
}

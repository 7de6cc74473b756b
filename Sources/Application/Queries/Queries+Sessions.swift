import EventLog
import ReadModels
package import Tracking

extension Queries {
    /// The session, or as it was right after the event at `asOf`.
    package func session(
        _ id: Session.ID, _ freshness: Freshness = .current, asOf: LogPosition? = nil
    ) async throws -> Answer<SessionView> {
        try await read(freshness, asOf: asOf) { [leases = core.leases] snapshot in
            try snapshot.view(of: id, leases: asOf == nil && !freshness.isPast ? leases : nil)
        }
    }

    /// The session as it is after a command. A session that has only begun is folded from its events, so that whoever creates and
    /// claims many does not wait for the read models; the answer is the same.
    func view(of id: Session.ID, after outcome: CommandOutcome<SessionDecider>) async throws -> SessionView {
        let count = Int(outcome.version.rawValue)
        if !outcome.isRepeat, count <= Self.mostFoldedEvents {
            let records = try await core.store.events(
                in: id.stream, after: .none, limit: ReadLimit(count: count, byteCount: .max))
            if records.count == count, let document = try SessionDocument.folded(from: records) {
                return SessionView(document, metrics: [], progress: core.leases.progress(of: id), queuePosition: nil)
            }
        }
        return try await view(of: id, after: outcome.last)
    }

    /// The most events that an answer is folded from.
    private static let mostFoldedEvents = 8

    /// The session as it is after a write at `position`.
    func view(of id: Session.ID, after position: LogPosition) async throws -> SessionView {
        try await core.read(after: position) { [leases = core.leases] snapshot in
            try snapshot.view(of: id, leases: leases)
        }
    }

    /// The session called `id`, or the one that was started last.
    package func sessionOrLatest(_ id: Session.ID?, _ freshness: Freshness) async throws -> Answer<SessionView> {
        try await read(freshness) { [leases = core.leases] snapshot in
            let (id, document) = try snapshot.document(ofSessionOrLatest: id)
            return try snapshot.view(of: document, id, leases: freshness.isPast ? nil : leases)
        }
    }

    /// The sessions that `filter` lets through, in `order`, and how many there are on all pages.
    ///
    /// - Parameter columns: What is shown beside what every list shows.
    package func sessions(
        _ filter: SessionFilter, order: SessionOrder, limit: Int, offset: Int, columns: [SessionColumn] = [],
        _ freshness: Freshness
    ) async throws -> Answer<(sessions: [SessionView], total: Int)> {
        try await read(freshness) { [leases = core.leases] snapshot in
            // No list is that long, and sums with it stay numbers.
            let page = try snapshot.sessions(
                filter, order: order, limit: limit, offset: min(offset, Int.max / 2),
                isWhole: columns.contains(where: \.needsWholeDocument))
            let places = try snapshot.queuePlaces(of: page.sessions)
            let showsMetrics = columns.contains(where: \.needsMetrics)
            var views: [SessionView] = []
            for document in page.sessions {
                guard let id = Session.ID(document.sessionID) else { continue }
                views.append(
                    SessionView(
                        document, metrics: showsMetrics ? try snapshot.metricSummaries(of: document) : [],
                        latest: showsMetrics ? nil : try snapshot.latestMetrics(of: document),
                        progress: freshness.isPast ? nil : leases.progress(of: id),
                        queuePosition: places[document.sessionID]))
            }
            return (views, page.total)
        }
    }

    /// The work of a list of sessions, an estimate in points: small but for a past moment since which many have changed, of each of
    /// which the document of then is looked at.
    package func listCost(_ freshness: Freshness) async throws -> Int {
        guard freshness.isPast else { return 0 }
        return try await read(freshness) { try $0.changedSessionCount() }.value * 4
    }

    /// The number of sessions in each status; archived ones do not count.
    package func statusCounts() async throws -> [Session.Status: Int] {
        try await read(.stale) { try $0.statusCounts() }.value
    }

    /// Sessions side by side.
    package func compare(_ ids: [Session.ID], _ freshness: Freshness) async throws -> Answer<SessionComparison> {
        let sessions = try await read(freshness) { snapshot in
            var sessions: [(SessionView, [CheckpointEntry])] = []
            for id in ids {
                sessions.append((try snapshot.view(of: id, leases: nil), try snapshot.checkpoints(of: id)))
            }
            return sessions
        }
        return sessions.map { SessionComparison($0.map { ComparedSession($0, checkpoints: $1) }) }
    }
}

extension ReadModelSnapshot {
    func view(of id: Session.ID, leases: Leases?) throws -> SessionView {
        try view(of: try document(of: id), id, leases: leases)
    }

    func view(of document: SessionDocument, _ id: Session.ID, leases: Leases?) throws -> SessionView {
        SessionView(
            document, metrics: try metricSummaries(of: document), progress: leases?.progress(of: id),
            queuePosition: try queuePlaces(of: [document])[document.sessionID])
    }
}

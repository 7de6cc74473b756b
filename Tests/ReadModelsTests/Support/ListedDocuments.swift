import ReadModels
import Tracking

/// Lists made from every document, one after another: what the table of sessions must answer.
struct ListedDocuments {
    private let sessions: [(session: SessionDocument, metrics: [String: MetricSummary])]

    /// Reads every session that the snapshot has.
    init(_ snapshot: borrowing ReadModelSnapshot) throws {
        var filter = SessionFilter()
        filter.includesArchived = true
        var sessions: [(session: SessionDocument, metrics: [String: MetricSummary])] = []
        for session in try snapshot.sessions(filter, limit: 1_000_000).sessions {
            let metrics = try snapshot.metricSummaries(of: session)
            sessions.append((session, Dictionary(uniqueKeysWithValues: metrics.map { ($0.name, $0) })))
        }
        self.sessions = sessions
    }

    /// The sessions that `filter` lets through, in `order`: at most `limit` after the first `offset`.
    func page(_ filter: SessionFilter, _ order: SessionOrder, limit: Int, offset: Int) -> SessionPage {
        let included = sessions.filter { filter.includes($0.session, $0.metrics) }
        let sorted = order.sorted(included)
        return SessionPage(sessions: Array(sorted.dropFirst(offset).prefix(limit)), total: sorted.count)
    }
}

extension SessionFilter {
    /// True when the session is let through.
    ///
    /// - Parameter metrics: The summaries of its metrics, by name.
    fileprivate func includes(_ session: SessionDocument, _ metrics: [String: MetricSummary]) -> Bool {
        (includesArchived || !session.archived)
            && (statuses.isEmpty || statuses.contains { $0.rawValue == session.status })
            && tags.allSatisfy(session.tags.contains)
            && experiment.map { $0 == session.experiment } ?? true
            && group.map { $0 == session.group } ?? true
            && condition?.holds(of: session, metrics) ?? true
            && session.hasWords(SearchText.words(of: text))
    }
}

extension SessionDocument {
    /// True when the name, the notes or a tag contains each of `words`.
    fileprivate func hasWords(_ words: [SearchText]) -> Bool {
        let texts = ([name, notes] + tags).map { SearchText($0) }
        return words.allSatisfy { word in texts.contains { $0.contains(word) } }
    }
}

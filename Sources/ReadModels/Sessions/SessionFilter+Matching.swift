import Tracking

extension SessionFilter {
    /// True when the session is let through.
    ///
    /// - Parameter metrics: The summaries of those of the condition's metrics that the session has.
    func includes(_ session: SessionDocument, _ metrics: [String: MetricSummary]) -> Bool {
        (includesArchived || !session.archived)
            && (statuses.isEmpty || statuses.contains { $0.rawValue == session.status })
            && tags.allSatisfy(session.tags.contains)
            && experiment.map { $0 == session.experiment } ?? true
            && group.map { $0 == session.group } ?? true
            && condition?.holds(of: session, metrics) ?? true
            && session.contains(SearchText.words(of: text))
    }
}

extension SessionDocument {
    /// True when the name, the notes or a tag contains each of `words`.
    func contains(_ words: [SearchText]) -> Bool {
        guard !words.isEmpty else { return true }
        let texts = ([name, notes] + tags).map { SearchText($0) }
        return words.allSatisfy { word in texts.contains { $0.contains(word) } }
    }
}

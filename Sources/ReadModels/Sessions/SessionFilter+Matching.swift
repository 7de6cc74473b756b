import Tracking

extension SessionFilter {
    /// True when the index alone does not decide what is let through.
    var needsDocuments: Bool {
        !tags.isEmpty || experiment != nil || group != nil || !words.isEmpty || condition != nil
    }

    /// True when the rarely changing fields of a document decide too.
    var needsSettings: Bool { condition?.needsSettings ?? false }

    /// False when the index already shows that the session is not let through.
    func mayInclude(_ row: SessionIndexRow) -> Bool {
        (includesArchived || !row.isArchived) && (statuses.isEmpty || statuses.contains(row.status))
    }

    /// True when the session is let through.
    ///
    /// - Parameter metrics: The summaries of those of the condition's metrics that the session has.
    func includes(_ session: SessionDocument, _ metrics: [String: MetricSummary]) -> Bool {
        guard mayInclude(SessionIndexRow(session)), tags.allSatisfy(session.tags.contains),
            experiment.map({ $0 == session.experiment }) ?? true, group.map({ $0 == session.group }) ?? true,
            condition?.holds(of: session, metrics) ?? true
        else { return false }
        let words = words
        guard !words.isEmpty else { return true }
        let texts = ([session.name, session.notes] + session.tags).map { $0.lowercased() }
        return words.allSatisfy { word in texts.contains { $0.contains(word) } }
    }

    private var words: [String] { text.lowercased().split(whereSeparator: \.isWhitespace).map(String.init) }
}

import Tracking

/// Keeps what the writer would otherwise read again and again. It belongs to the writer alone and is emptied when a
/// transaction is given up.
final class RowCache {
    /// The ends of the series.
    let series = SeriesWriter()
    let summaries = SummaryCache()
    private var sessions: [String: SessionDocument] = [:]

    private static let maximumSessions = 256

    func session(_ id: String) -> SessionDocument? { sessions[id] }

    func keep(_ session: SessionDocument, for id: String) {
        if sessions.count >= RowCache.maximumSessions, sessions[id] == nil { sessions = [:] }
        sessions[id] = session
    }

    /// Forgets everything.
    func clear() {
        sessions = [:]
        series.clear()
        summaries.clear()
    }
}

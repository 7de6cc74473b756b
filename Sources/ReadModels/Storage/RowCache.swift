import Tracking

/// Keeps what the writer would otherwise read again and again. It belongs to the writer alone and is emptied when a
/// transaction is given up.
final class RowCache {
    /// A session as the rows have it.
    struct KnownSession {
        var number: SessionNumber
        /// Nil while the log has told nothing but telemetry of it.
        var document: SessionDocument?
    }

    /// The ends of the series.
    let series = SeriesWriter()
    let summaries = SummaryCache()
    let columns = ColumnWriter()
    /// A document takes some 10 KB, most of it its configuration.
    private var sessions = GenerationCache<String, KnownSession>(generationSize: 256)
    /// The most rows of series and summaries that wait to be written. Each takes up to 3 KB, and its pages of the transaction
    /// some 8 KB when no neighbour changes.
    private static let mostUnwritten = 8192

    /// True when what is here should be written before more comes.
    var isFull: Bool {
        series.unwrittenCount + summaries.unwrittenCount >= RowCache.mostUnwritten || sessions.isOverfull
    }

    func session(_ id: String) -> KnownSession? { sessions.value(for: id) }

    func keep(_ session: KnownSession, for id: String) { sessions.keep(session, for: id) }

    /// Lets go of what was not used lately; everything must be written.
    func age() { sessions.age() }

    /// Forgets everything.
    func clear() {
        sessions.removeAll()
        series.clear()
        summaries.clear()
        columns.clear()
    }
}

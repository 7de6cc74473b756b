import LMDB
import Tracking

/// The summaries that the writer changed last; those that are not written yet among them.
final class SummaryCache {
    private final class Entry {
        let key: [UInt8]
        let session: SessionNumber
        /// True when the session wants much of the metric.
        private(set) var isMaximized: Bool
        /// False while nothing but telemetry is known of the session.
        private var knowsSession: Bool
        var summary: MetricSummary
        var isChanged = false

        init(_ key: [UInt8], _ metric: String, of session: RowCache.KnownSession, _ summary: MetricSummary) {
            self.key = key
            self.session = session.number
            isMaximized = Self.isMaximized(metric, of: session)
            knowsSession = session.document != nil
            self.summary = summary
        }

        /// Learns what the session wants, if it was not known yet.
        func learn(from session: RowCache.KnownSession) {
            guard !knowsSession, session.document != nil else { return }
            isMaximized = Self.isMaximized(summary.name, of: session)
            knowsSession = true
        }

        private static func isMaximized(_ metric: String, of session: RowCache.KnownSession) -> Bool {
            session.document?.isMaximized(metric) ?? MetricSummary.isMore(betterFor: metric)
        }
    }

    private var entries = GenerationCache<[UInt8], Entry>(generationSize: 8192)
    private var changed: [Entry] = []

    /// The number of summaries that have changed since they were written.
    var unwrittenCount: Int { changed.count }

    /// Changes the summary of a metric, which is what `stored` gives when it is not remembered.
    func change(
        _ metric: String, of session: RowCache.KnownSession, stored: () throws(LMDBError) -> MetricSummary,
        _ change: (inout MetricSummary) -> Void
    ) throws(LMDBError) {
        let key = MetricSummaryRow.key(session.number, metric).bytes
        let entry: Entry
        if let known = entries.value(for: key) {
            entry = known
        } else {
            entry = Entry(key, metric, of: session, try stored())
            entries.keep(entry, for: key)
        }
        entry.learn(from: session)
        change(&entry.summary)
        guard !entry.isChanged else { return }
        entry.isChanged = true
        changed.append(entry)
    }

    /// Writes what is not written yet, and puts it into the table of sessions.
    func flush(
        to transaction: borrowing WriteTransaction, _ tables: Tables, _ columns: ColumnWriter
    ) throws(LMDBError) {
        for entry in changed {
            try transaction.put(MetricSummaryRow.bytes(entry.summary), for: entry.key, in: tables.indexes)
            try columns.set(
                entry.summary, of: entry.session, isMaximized: entry.isMaximized, in: transaction, tables)
            entry.isChanged = false
        }
        changed.removeAll(keepingCapacity: true)
        entries.age()
    }

    /// Forgets everything.
    func clear() {
        entries.removeAll()
        changed = []
    }
}

extension SessionDocument {
    /// True when the session wants much of the metric.
    func isMaximized(_ metric: String) -> Bool {
        metric == monitor ? monitorMaximum : MetricSummary.isMore(betterFor: metric)
    }
}

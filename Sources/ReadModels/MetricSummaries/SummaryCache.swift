import LMDB
import Tracking

/// The summaries that the writer changed last; those that are not written yet among them.
final class SummaryCache {
    private static let maximumCount = 16_384

    private final class Entry {
        let key: [UInt8]
        var summary: MetricSummary
        var isChanged = false

        init(_ key: [UInt8], _ summary: MetricSummary) {
            self.key = key
            self.summary = summary
        }
    }

    private var entries: [[UInt8]: Entry] = [:]
    private var changed: [Entry] = []

    /// Changes the summary at `key`, which is what `stored` gives when it is not remembered.
    func change(
        _ key: [UInt8], stored: () throws(LMDBError) -> MetricSummary, _ change: (inout MetricSummary) -> Void
    ) throws(LMDBError) {
        let entry: Entry
        if let known = entries[key] {
            entry = known
        } else {
            entry = Entry(key, try stored())
            entries[key] = entry
        }
        change(&entry.summary)
        guard !entry.isChanged else { return }
        entry.isChanged = true
        changed.append(entry)
    }

    /// Writes what is not written yet.
    func flush(to transaction: borrowing WriteTransaction, _ tables: Tables) throws(LMDBError) {
        for entry in changed {
            try transaction.put(MetricSummaryRow.bytes(entry.summary), for: entry.key, in: tables.indexes)
            entry.isChanged = false
        }
        changed.removeAll(keepingCapacity: true)
        if entries.count > SummaryCache.maximumCount { entries = [:] }
    }

    /// Forgets everything.
    func clear() {
        entries = [:]
        changed = []
    }
}

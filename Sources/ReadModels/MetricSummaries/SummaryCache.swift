import LMDB
import Tracking

/// The summaries that the writer changed last; those that are not written yet among them.
final class SummaryCache {
    private static let maximumCount = 16_384

    private var summaries: [[UInt8]: MetricSummary] = [:]
    private var changed: Set<[UInt8]> = []

    func summary(_ key: [UInt8]) -> MetricSummary? { summaries[key] }

    func keep(_ summary: MetricSummary, for key: [UInt8]) {
        summaries[key] = summary
        changed.insert(key)
    }

    /// Writes what is not written yet.
    func flush(to transaction: borrowing WriteTransaction, _ tables: Tables) throws(LMDBError) {
        for key in changed {
            guard let summary = summaries[key] else { continue }
            try transaction.put(MetricSummaryRow.bytes(summary), for: key, in: tables.indexes)
        }
        changed.removeAll(keepingCapacity: true)
        if summaries.count > SummaryCache.maximumCount { summaries = [:] }
    }

    /// Forgets everything.
    func clear() {
        summaries = [:]
        changed = []
    }
}

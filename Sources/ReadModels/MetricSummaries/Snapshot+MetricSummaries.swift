import LMDB
package import Tracking

extension ReadModelSnapshot {
    /// The summaries of all metrics that a session has visible points of, in the order of the names' bytes.
    package func metricSummaries(of session: SessionDocument) throws(ReadModelError) -> [MetricSummary] {
        do throws(LMDBError) {
            let summaries: [MetricSummary]
            if isCurrent {
                summaries = try transaction.metricSummaries(of: session.sessionID, in: tables)
            } else {
                summaries = try pastSummaries(of: session)
            }
            return summaries.filter { $0.axis.count > 0 }
        } catch {
            throw ReadModelError(error)
        }
    }

    /// The summaries of the metrics called `names` that the session has, by name.
    func metricSummaries(of session: SessionDocument, named names: Set<String>) throws(LMDBError) -> [String:
        MetricSummary]
    {
        var summaries: [String: MetricSummary] = [:]
        if isCurrent {
            for name in names {
                summaries[name] = try transaction.metricSummary(of: session.sessionID, name, in: tables)
            }
        } else if !names.isEmpty {
            for summary in try pastSummaries(of: session) where names.contains(summary.name) {
                summaries[summary.name] = summary
            }
        }
        return summaries.filter { $0.value.axis.count > 0 }
    }

    /// The summaries as they were at the snapshot's position.
    private func pastSummaries(of session: SessionDocument) throws(LMDBError) -> [MetricSummary] {
        let records = try transaction.epochRecords(
            of: session, through: position, latest: .max, allAttempts: false, in: tables)
        var names = Set(records.flatMap { $0.metrics.map(\.name) })
        for series in try transaction.series(of: session.sessionID, .metric, through: position.rawValue, in: tables) {
            names.insert(series.name)
        }
        var summaries: [MetricSummary] = []
        for name in names.sorted(by: { $0.utf8.lexicographicallyPrecedes($1.utf8) }) {
            summaries.append(
                try transaction.computedSummary(of: name, in: session, records: records, through: position, tables))
        }
        return summaries
    }
}

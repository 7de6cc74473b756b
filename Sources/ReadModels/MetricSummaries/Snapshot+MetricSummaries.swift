import LMDB
package import Tracking

extension ReadModelSnapshot {
    /// The summaries of all metrics that a session has visible points of, in the order of the names' bytes.
    package func metricSummaries(of session: SessionDocument) throws(ReadModelError) -> [MetricSummary] {
        do throws(LMDBError) {
            guard let number = try transaction.number(ofSession: session.sessionID, in: tables) else { return [] }
            if try hasChanged(number) { return try pastSummaries(of: session).filter { $0.axis.count > 0 } }
            return try transaction.metricSummaries(of: number, in: tables, isFilled: true)
        } catch {
            throw ReadModelError(error)
        }
    }

    /// The latest value of each metric of a session, and its last step: what lists show of metrics.
    package func latestMetrics(of session: SessionDocument) throws(ReadModelError) -> LatestValues {
        do throws(LMDBError) {
            var latest = LatestValues()
            guard let number = try transaction.number(ofSession: session.sessionID, in: tables) else { return latest }
            if try hasChanged(number) { return LatestValues(try pastSummaries(of: session)) }
            try transaction.forEach(in: tables.indexes, range: .prefix(MetricSummaryRow.prefix(number).bytes)) {
                (entry) throws(LMDBError) in
                guard MetricSummaryRow.add(entry.value, to: &latest) else {
                    throw transaction.damagedRow("a metric's summary")
                }
                return .next
            }
            return latest
        } catch {
            throw ReadModelError(error)
        }
    }

    /// The summary of a metric as it was at the snapshot's position, of no points when the session had none.
    func pastSummary(of metric: String, in session: SessionDocument) throws(LMDBError) -> MetricSummary {
        let key = ListKeys.epochMetrics(of: session.sessionID).appending(metric).bytes
        // Epoch records are read only where the metric may be in one.
        let records =
            try transaction.contains(key, in: tables.indexes)
            ? transaction.epochRecords(
                of: session, through: position, latest: .max, allAttempts: false, in: tables) : []
        return try transaction.computedSummary(
            of: metric, in: session, records: records, through: position, tables)
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

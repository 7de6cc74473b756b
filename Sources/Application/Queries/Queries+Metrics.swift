import ReadModels
package import Tracking

extension Queries {
    /// The epochs of a session, of those asked for, and how many there are.
    package struct Epochs: Sendable {
        package var session: SessionDocument
        package var records: [EpochRecordDocument]
        /// The number of epochs without the limit to the latest; nil when that was not asked for.
        package var total: Int?
        fileprivate let timeline: SessionTimeline

        /// True when a later attempt did the epoch again.
        package func isSuperseded(_ record: EpochRecordDocument) -> Bool {
            !timeline.counts(epoch: record.epoch, ofAttempt: record.attempt)
        }
    }

    /// The epochs of a session.
    ///
    /// - Parameters:
    ///   - metric: Leaves out the epochs without it.
    ///   - latest: Only the last so many.
    ///   - allAttempts: Whether superseded ones are among them.
    ///   - isCounted: Whether it is said how many there are beside the last ones, for which all are read.
    package func epochs(
        of id: Session.ID, metric: String? = nil, latest: Int? = nil, allAttempts: Bool = false,
        isCounted: Bool = true, _ freshness: Freshness
    ) async throws -> Answer<Epochs> {
        try await read(freshness) { snapshot in
            let session = try snapshot.document(of: id)
            var records = try snapshot.epochRecords(
                of: id, latest: metric == nil ? latest : nil, allAttempts: allAttempts)
            if let metric { records.removeAll { record in !record.metrics.contains { $0.name == metric } } }
            var total: Int?
            if isCounted {
                let isWhole = metric != nil || latest == nil
                total = isWhole ? records.count : try snapshot.epochRecords(of: id, allAttempts: allAttempts).count
            }
            if let latest { records = records.suffix(latest) }
            return Epochs(session: session, records: records, total: total, timeline: session.timeline)
        }
    }

    /// The readings that the hosts of a session took of themselves; with `rank` only that process's.
    package func hostReadings(
        of id: Session.ID?, rank: UInt32? = nil, maximumPoints: Int?, _ freshness: Freshness
    ) async throws -> Answer<(session: SessionDocument, series: [HostReadingSeries])> {
        try await read(freshness) { snapshot in
            let (id, session) = try snapshot.document(ofSessionOrLatest: id)
            let series = try snapshot.hostReadings(of: id, maximumPoints: maximumPoints)
            return (session, rank.map { rank in series.filter { $0.rank == rank } } ?? series)
        }
    }

    /// A part of a session's output.
    package func logLines(
        of id: Session.ID, _ query: LogLineQuery, _ freshness: Freshness
    ) async throws -> Answer<LogPage> {
        try await read(freshness) { snapshot in
            _ = try snapshot.document(of: id)
            return try snapshot.logLines(of: id, query)
        }
    }
}

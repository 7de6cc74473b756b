import LMDB
package import Tracking

extension ReadModelSnapshot {
    /// The metrics that a session has reported, superseded ones too, in the order of their names' bytes.
    package func metricNames(of id: Session.ID) throws(ReadModelError) -> [MetricName] {
        do throws(LMDBError) {
            var names: [String: MetricName] = [:]
            for row in try transaction.series(of: id.text, .metric, through: position.rawValue, in: tables) {
                names[row.name] = MetricName(name: row.name, isInEpochs: false, isInSteps: true)
            }
            let prefix = ListKeys.epochMetrics(of: id.text)
            try transaction.forEach(in: tables.indexes, range: .prefix(prefix.bytes)) { entry in
                guard entry.value.count > 8, entry.value.bigEndian(at: 0, as: UInt64.self) <= position.rawValue else {
                    return .next
                }
                let name = String(decoding: entry.value[8...], as: UTF8.self)
                names[name, default: MetricName(name: name, isInEpochs: true, isInSteps: false)].isInEpochs = true
                return .next
            }
            return names.values.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
        } catch {
            throw ReadModelError(error)
        }
    }

    /// The points of a metric; without points when the session or the metric is unknown.
    ///
    /// Takes time in proportion to the points that are answered and the logarithm of those that are stored.
    package func history(_ query: MetricHistoryQuery) throws(ReadModelError) -> MetricHistory {
        do throws(LMDBError) {
            guard let session = try transaction.session(query.session.text, through: position, in: tables) else {
                return MetricHistory(axis: query.axis ?? .epoch)
            }
            if query.axis == nil || query.axis == .epoch {
                let history = try epochHistory(query, of: session, maximumPoints: query.pointLimit)
                if query.axis == .epoch || history.pointCount > 0 { return history }
            }
            guard let (number, series) = try seriesQuery(query, of: session) else {
                return MetricHistory(axis: query.axis ?? .epoch)
            }
            return MetricHistory(
                axis: query.axis ?? .step, try series.answer(fromSeries: number, in: transaction, tables))
        } catch {
            throw ReadModelError(error)
        }
    }

    /// The query of the reported points, and the number of their series; nil when there is none.
    func seriesQuery(
        _ query: MetricHistoryQuery, of session: SessionDocument
    ) throws(LMDBError) -> (number: UInt64, SeriesQuery)? {
        guard let series = try transaction.series(SeriesRow.metricKey(session.sessionID, query.metric), in: tables)
        else { return nil }
        let timeline = session.timeline
        return (
            series.number,
            SeriesQuery(
                isTime: query.axis == .time, start: query.start, end: query.end, maximumPoints: query.pointLimit,
                stepCutoff: { query.allAttempts ? nil : timeline.stepEnd(ofAttempt: $0) }, position: readLimit)
        )
    }

    func epochHistory(
        _ query: MetricHistoryQuery, of session: SessionDocument, maximumPoints: Int
    ) throws(LMDBError) -> MetricHistory {
        var samples: [SeriesSample] = []
        let records = try transaction.epochRecords(
            of: session, through: position, latest: .max, allAttempts: query.allAttempts, in: tables)
        for record in records {
            let epoch = Int64(record.epoch)
            guard epoch >= query.start ?? .min, epoch <= query.end ?? .max,
                let value = record.metrics.first(where: { $0.name == query.metric })?.value
            else { continue }
            samples.append(
                SeriesSample(
                    place: epoch, step: Int64(clamping: record.step), time: record.time, value: value,
                    attempt: record.attempt, segment: 0, index: samples.count))
        }
        samples.sort { $0.precedes($1) }
        return MetricHistory(axis: .epoch, SeriesQuery.answer(samples, maximumPoints: maximumPoints))
    }

    /// The readings of a session's hosts: of each name (or of all) and each process at most `maximumPoints`, thinned like a
    /// metric's history, in the order of the names' bytes. Times are in microseconds since 1970, bounds included.
    package func hostReadings(
        of id: Session.ID, names: [String]? = nil, start: Int64? = nil, end: Int64? = nil, maximumPoints: Int? = nil
    ) throws(ReadModelError) -> [HostReadingSeries] {
        var answers: [HostReadingSeries] = []
        do throws(LMDBError) {
            let query = SeriesQuery(
                isTime: true, start: start, end: end,
                maximumPoints: min(max(maximumPoints ?? .max, 4), MetricHistoryQuery.mostPoints),
                stepCutoff: { _ in nil },
                position: readLimit)
            for series in try transaction.series(of: id.text, .hostReading, through: position.rawValue, in: tables) {
                if let names, !names.contains(series.name) { continue }
                let answer = try query.answer(fromSeries: series.number, in: transaction, tables)
                answers.append(
                    HostReadingSeries(
                        name: series.name, rank: series.rank, host: series.host, times: answer.samples.map(\.time),
                        values: answer.samples.map(\.value), readingCount: answer.pointCount))
            }
        } catch {
            throw ReadModelError(error)
        }
        return answers
    }

    /// The position up to which points must be looked at: everything when the snapshot is the newest.
    private var readLimit: LogPosition { isCurrent ? LogPosition(.max) : position }
}

extension MetricHistoryQuery {
    /// The most points that its answer has.
    var pointLimit: Int { min(max(maximumPoints ?? .max, 4), Self.mostPoints) }
}

extension MetricHistory {
    init(axis: MetricHistoryQuery.Axis, _ answer: SeriesQuery.Answer) {
        self.init(axis: axis)
        if axis == .epoch { epochs = answer.samples.map(\.place) }
        steps = answer.samples.map(\.step)
        times = answer.samples.map(\.time)
        values = answer.samples.map(\.value)
        attempts = answer.samples.map(\.attempt)
        pointCount = answer.pointCount
        nanCount = answer.nanCount
        positiveInfinityCount = answer.positiveInfinityCount
        negativeInfinityCount = answer.negativeInfinityCount
    }
}

import Checksum
import JSON
import ReadModels
import Tracking

extension Queries {
    /// The series that `question` is about: none of their points is read, unless a past position is asked for.
    ///
    /// - Throws: `invalid` when they are too many.
    package func select(_ question: SeriesQuestion, _ freshness: Freshness) async throws -> Selection {
        try await read(freshness, asOf: question.asOf) { snapshot in
            let sessions = try snapshot.sessions(of: question)
            var marks: [UInt64] = []
            var series: [SelectedSeries] = []
            for session in sessions {
                let found = try snapshot.series(of: session, question, &marks)
                guard series.count + found.count <= SeriesQuestion.mostSeries else {
                    throw TrackerError.invalid(
                        field: "metric_names",
                        reason:
                            "and the sessions select more than \(SeriesQuestion.mostSeries) series. Ask for fewer at a "
                            + "time")
                }
                series += found
            }
            let mark = marks.withUnsafeBytes { Check64.of($0) }
            return Selection(
                position: snapshot.position, series: series, sessionCount: sessions.count, axis: question.axis,
                smoothing: question.smoothing, isWhole: question.maximumPoints == nil, mark: mark)
        }.value
    }

    /// A cursor over the points of one of the series.
    package func cursor(over series: SelectedSeries, of selection: Selection) async throws -> SeriesCursor {
        let points = try await history(
            series.query, isWhole: selection.isWhole, asOf: selection.position, .stale
        ).value
        guard let weight = selection.smoothing else { return SeriesCursor(points) }
        guard points.isSampled || series.query.start != nil else { return SeriesCursor(points, weight: weight) }
        var all = series.query
        (all.start, all.maximumPoints) = (nil, nil)
        let whole = try await history(all, isWhole: true, asOf: selection.position, .stale).value
        return SeriesCursor(points, smoothedOver: whole, weight: weight)
    }
}

extension ReadModelSnapshot {
    fileprivate func sessions(of question: SeriesQuestion) throws -> [SessionDocument] {
        switch question.sessions {
        case .named(let ids): return try ids.map { try document(of: $0) }
        case .filtered(let filter, let limit):
            let page = try sessions(filter, limit: limit ?? SeriesQuestion.mostSessions)
            guard limit != nil || page.total <= SeriesQuestion.mostSessions else {
                throw TrackerError.invalid(
                    field: "filter",
                    reason:
                        "lets \(page.total) sessions through; an answer has at most \(SeriesQuestion.mostSessions). "
                        + "Narrow it, or set limit to take the newest ones")
            }
            return page.sessions
        }
    }

    /// The series of a session; what their points are made of is added to `marks`.
    fileprivate func series(
        of session: SessionDocument, _ question: SeriesQuestion, _ marks: inout [UInt64]
    ) throws -> [SelectedSeries] {
        guard let id = Session.ID(session.sessionID) else { return [] }
        let summaries = try metricSummaries(of: session)
        let origin = session.hasStartedAt ? session.startedAt : session.createdAt
        var groups: [JSONValue] = []
        if let grouping = question.grouping {
            let metrics = grouping.needsMetrics ? summaries : []
            let value = grouping.value(of: session, Dictionary(uniqueKeysWithValues: metrics.map { ($0.name, $0) }))
            if case .array(let values) = value { groups = values } else { groups = [value ?? .null] }
        }
        marks += session.marks + [UInt64(bitPattern: origin)] + groups.map { Check64.of($0.encoded()) }
        var series: [SelectedSeries] = []
        for summary in summaries where question.names.allow(summary.name) {
            guard let query = question.query(of: id, origin: origin, summary) else { continue }
            let axis = query.axis == .epoch ? summary.epochs : summary.steps
            marks += [Check64.of(Array(summary.name.utf8))] + axis.marks
            series.append(
                SelectedSeries(
                    session: id, sessionName: session.name, origin: origin, groups: groups, query: query, summary: axis)
            )
        }
        return series
    }
}

extension SeriesQuestion {
    /// The query of one metric; nil when it has no points on the axis.
    fileprivate func query(of session: Session.ID, origin: Int64, _ summary: MetricSummary) -> MetricHistoryQuery? {
        let axis: MetricHistoryQuery.Axis
        switch self.axis {
        case nil: axis = summary.epochs.count > 0 ? .epoch : .step
        case .epoch: axis = .epoch
        case .step: axis = .step
        case .time, .relativeTime: axis = .time
        }
        guard (axis == .epoch ? summary.epochs : summary.steps).count > 0 else { return nil }
        let shift = self.axis == .relativeTime ? origin : 0
        return MetricHistoryQuery(
            session: session, metric: summary.name, axis: axis,
            start: start.map { $0.addingReportingOverflow(shift).partialValue },
            end: end.map { $0.addingReportingOverflow(shift).partialValue },
            maximumPoints: maximumPoints, allAttempts: allAttempts)
    }
}

extension SessionDocument {
    /// What decides, beside the points, which of them count and what they are called.
    fileprivate var marks: [UInt64] {
        [Check64.of(Array(sessionID.utf8)), Check64.of(Array(name.utf8))]
            + attempts.flatMap { attempt in
                [UInt64(attempt.number), UInt64(attempt.firstEpoch), attempt.firstStep]
                    + [attempt.checkpointID.isEmpty ? 0 : 1]
            }
    }
}

extension MetricSummary.Axis {
    /// Numbers of which one changes when a point comes or goes.
    fileprivate var marks: [UInt64] {
        [count, nanCount, infinityCount]
            + [first, last, minimum, maximum].flatMap { point in
                point.map { [UInt64(bitPattern: $0.place), UInt64(bitPattern: $0.time), $0.value.bitPattern] } ?? [0]
            }
    }
}

extension Check64 {
    fileprivate static func of(_ bytes: [UInt8]) -> UInt64 { bytes.withUnsafeBytes { of($0) } }
}

import ReadModels
package import Tracking

/// All points of a session by their places: the metrics' histories side by side, first those by epoch and then those by step, as
/// they were at one position of the log.
///
/// Metrics are merged as they are read, so what it takes grows with the number of metrics and not with the points.
package struct RowCursor: Sendable {
    /// What was measured at some places of one axis: columns of equal length.
    package struct Rows: Sendable {
        package var axis: MetricHistoryQuery.Axis
        package var attempts: [Int64] = []
        package var steps: [Int64] = []
        /// Empty for points by step.
        package var epochs: [Int64] = []
        /// The latest time of the row's points.
        package var times: [Int64] = []
        /// The values of each metric; what stands where there is none means nothing.
        package var values: [[Double]]
        package var isPresent: [[Bool]]

        package var count: Int { times.count }
    }

    /// A metric's points that have been read and not merged yet.
    private struct Source: Sendable {
        let column: Int
        var cursor: HistoryCursor
        var points: MetricHistory
        var next = 0

        var place: (Int64, UInt32) {
            (points.axis == .epoch ? points.epochs[next] : points.steps[next], points.attempts[next])
        }
    }

    package let position: LogPosition
    /// The metrics in the order of their columns.
    package let metrics: [String]
    private let queries: Queries
    private var rest: [(axis: MetricHistoryQuery.Axis, histories: [(column: Int, MetricHistoryQuery)])]
    private var axis = MetricHistoryQuery.Axis.epoch
    private var sources: [Source] = []

    /// The points that all metrics together have in memory, about.
    private static let bufferedPointCount = 256 << 10
    /// The cells of the rows that are answered at a time, about.
    private static let cellCount = 128 << 10

    fileprivate init(
        _ queries: Queries, position: LogPosition, metrics: [String],
        histories: [(axis: MetricHistoryQuery.Axis, histories: [(column: Int, MetricHistoryQuery)])]
    ) {
        self.queries = queries
        self.position = position
        self.metrics = metrics
        rest = histories.reversed()
    }

    /// The next rows; nil at the end.
    package mutating func next() async throws -> Rows? {
        while sources.isEmpty {
            guard let (axis, histories) = rest.popLast() else { return nil }
            self.axis = axis
            for (column, query) in histories {
                var cursor = try await queries.history(query, isWhole: true, asOf: position, .stale).value
                cursor.pieceCount = max(Self.bufferedPointCount / max(histories.count, 1), 64)
                var source = Source(column: column, cursor: cursor, points: MetricHistory(axis: axis))
                if try await Self.fill(&source) { sources.append(source) }
            }
        }
        var rows = Rows(
            axis: axis, values: metrics.map { _ in [] }, isPresent: metrics.map { _ in [] })
        let limit = max(Self.cellCount / max(metrics.count, 1), 16)
        while rows.count < limit, let place = sources.map(\.place).min(by: <) { try await addRow(at: place, to: &rows) }
        return rows
    }

    /// Adds a row with the next point of every metric that has one at `place`.
    private mutating func addRow(at place: (Int64, UInt32), to rows: inout Rows) async throws {
        for column in metrics.indices {
            rows.values[column].append(0)
            rows.isPresent[column].append(false)
        }
        let row = rows.count
        var isDone = false
        for index in sources.indices where sources[index].place == place {
            let points = sources[index].points
            let next = sources[index].next
            rows.values[sources[index].column][row] = points.values[next]
            rows.isPresent[sources[index].column][row] = true
            if rows.count == row {
                rows.attempts.append(Int64(points.attempts[next]))
                rows.steps.append(points.steps[next])
                if axis == .epoch { rows.epochs.append(points.epochs[next]) }
                rows.times.append(points.times[next])
            } else {
                rows.times[row] = max(rows.times[row], points.times[next])
            }
            sources[index].next += 1
            if sources[index].next == points.values.count { isDone = try await !Self.fill(&sources[index]) || isDone }
        }
        if isDone { sources.removeAll { $0.next == $0.points.values.count } }
    }

    /// Reads the next points; false at the end.
    private static func fill(_ source: inout Source) async throws -> Bool {
        while let points = try await source.cursor.next() {
            guard !points.values.isEmpty else { continue }
            source.points = points
            source.next = 0
            return true
        }
        return false
    }
}

extension Queries {
    /// A cursor over all points of a session by their places; the parameters are those of `points`.
    package func rows(
        of session: Session.ID, names patterns: [NamePattern] = [], allAttempts: Bool, asOf: LogPosition? = nil,
        _ freshness: Freshness
    ) async throws -> RowCursor {
        let answer = try await metricNames(of: session, asOf: asOf, freshness)
        let names = answer.value.filter { patterns.allow($0.name) }
        let histories = [MetricHistoryQuery.Axis.epoch, .step].map { axis in
            let columns = names.indices.filter { axis == .epoch ? names[$0].isInEpochs : names[$0].isInSteps }
            return (
                axis: axis,
                histories: columns.map { column in
                    let query = MetricHistoryQuery(
                        session: session, metric: names[column].name, axis: axis, allAttempts: allAttempts)
                    return (column: column, query)
                }
            )
        }
        return RowCursor(self, position: answer.position, metrics: names.map(\.name), histories: histories)
    }
}

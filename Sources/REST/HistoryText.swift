import API
import Application
import JSON
import Tracking

/// A list that is written of the points of a history: one element for each.
struct PointColumn: Sendable {
    let write: @Sendable (MetricHistory, Int, inout JSONWriter) -> Void

    /// Epochs for the axis epoch, else steps.
    static let places = PointColumn { $2.integer(($0.axis == .epoch ? $0.epochs : $0.steps)[$1]) }
    /// The same as numbers.
    static let placeNumbers = PointColumn { $2.number(Double(($0.axis == .epoch ? $0.epochs : $0.steps)[$1])) }
    static let values = PointColumn { $2.number($0.values[$1]) }
    static let times = PointColumn { $2.string(Timestamp(rawValue: $0.times[$1]).description) }
}

/// The points of a history are not those that they were when its answer began.
struct HistoryChanged: Error {}

extension AnswerWriter {
    /// Writes lists of the cursor's points, one after the other, each behind its text in `texts`. Returns how many points were
    /// written and how many are not numbers.
    ///
    /// Each list is read anew, so that no more than a piece is held. A history of one piece is read once.
    mutating func lists(
        of cursor: HistoryCursor, _ columns: [PointColumn], behind texts: [[UInt8]], nonfinite: NonfiniteStyle
    ) async throws -> (count: Int, nanCount: Int, infinityCount: Int) {
        var start = cursor
        let first = try await start.next()
        var counts: (count: Int, nanCount: Int, infinityCount: Int) = (0, 0, 0)
        for (number, column) in columns.enumerated() {
            try await write(texts[number])
            var json = JSONWriter(nonfinite: nonfinite)
            var count = 0
            var (rest, piece) = (start, first)
            while let points = piece {
                for index in points.values.indices { column.write(points, index, &json) }
                count += points.values.count
                if number == 0 {
                    counts.nanCount += points.nanCount
                    counts.infinityCount += points.positiveInfinityCount + points.negativeInfinityCount
                }
                try await write(json.take())
                piece = try await rest.next()
            }
            if number == 0 { counts.count = count }
            guard count == counts.count else { throw HistoryChanged() }
        }
        return counts
    }

    /// Writes the document of a history.
    mutating func history(
        _ cursor: HistoryCursor, of session: Session.ID, alternatives: [String]? = nil, _ nonfinite: NonfiniteStyle
    ) async throws {
        var info = MetricHistoryInfo()
        info.sessionID = session.text
        info.metricName = cursor.metric
        info.axis = cursor.axis.rawValue
        info.epochs = cursor.axis == .epoch ? [] : nil
        info.steps = cursor.axis == .epoch ? nil : []
        info.totalPointCount = cursor.pointCount
        info.isSampled = cursor.isSampled
        info.availableMetrics = alternatives
        let lists = [cursor.axis == .epoch ? "epochs" : "steps", "values", "timestamps"]
        let counts = try await self.lists(
            of: cursor, [.places, .values, .times], behind: info.encoded(cutIn: lists), nonfinite: nonfinite)
        info.nanCount = counts.nanCount
        info.infinityCount = counts.infinityCount
        try await write(info.encoded(cutIn: lists)[lists.count])
    }

    /// Writes the document of the histories of all metrics.
    ///
    /// - Parameter open: Opens the cursor of a metric.
    mutating func histories(
        of session: Session.ID, _ names: [String], axis: MetricHistoryQuery.Axis?, _ nonfinite: NonfiniteStyle,
        _ open: (String) async throws -> HistoryCursor
    ) async throws {
        var info = MetricHistoryInfo()
        info.sessionID = session.text
        info.metrics = [:]
        try await write(info.encoded(cutIn: ["metrics"])[0])
        var keys = JSONWriter()
        var shown: MetricHistoryQuery.Axis?
        for name in names {
            let cursor = try await open(name)
            guard cursor.pointCount > 0 else { continue }
            keys.key(name)
            keys.raw([])
            try await write(keys.take())
            try await history(cursor, of: session, nonfinite)
            shown = shown ?? cursor.axis
            info.totalPointCount += cursor.pointCount
        }
        info.axis = (axis ?? shown ?? .epoch).rawValue
        try await write(info.encoded(cutIn: ["metrics"])[1])
    }

    /// Writes the document of a graph, which has no lines yet, with a line for each cursor.
    mutating func graph(
        _ graph: GraphInfo, _ curves: [HistoryCursor], _ nonfinite: NonfiniteStyle
    ) async throws {
        let texts = graph.encoded(cutIn: ["series"])
        try await write(texts[0])
        for (number, cursor) in curves.enumerated() {
            var series = GraphInfo.Series()
            series.name = cursor.metric
            let parts = series.encoded(cutIn: ["x", "y"])
            if number > 0 { try await write([UInt8(ascii: ",")]) }
            _ = try await lists(of: cursor, [.placeNumbers, .values], behind: parts, nonfinite: nonfinite)
            try await write(parts[2])
        }
        try await write(texts[1])
    }
}

package import Tracking

/// Points of sessions as a table.
///
/// - The *long* form has a row for each point: `session_id`, `metric`, `axis` (`epoch` or `step`: how the value was reported),
///   `attempt`, `step`, `epoch` (of points by epoch only), `time`, `value`.
/// - The *wide* form has a row for each place on an axis: `session_id`, `axis`, `attempt`, `step`, `epoch`, `time`, and a column
///   for each metric. A metric that has several values at one step makes as many rows. `time` is the latest of the row's points.
///   A metric that is called like one of the other columns stands under `metric.` and its name.
package enum PointTable {
    package static let longColumns: [TableColumn] = [
        TableColumn("session_id", .text), TableColumn("metric", .text), TableColumn("axis", .text),
        TableColumn("attempt", .integer), TableColumn("step", .integer),
        TableColumn("epoch", .integer, isOptional: true), TableColumn("time", .time), TableColumn("value", .number),
    ]

    /// The columns of the wide form that come before those of the metrics.
    package static let widePlaces: [TableColumn] = [
        TableColumn("session_id", .text), TableColumn("axis", .text), TableColumn("attempt", .integer),
        TableColumn("step", .integer), TableColumn("epoch", .integer, isOptional: true), TableColumn("time", .time),
    ]

    package static func wideColumns(of metrics: [String]) -> [TableColumn] {
        var taken = Set(widePlaces.map(\.name)).union(metrics)
        let reserved = Set(widePlaces.map(\.name))
        return widePlaces
            + metrics.map { metric in
                var name = metric
                if reserved.contains(metric) {
                    repeat { name = "metric." + name } while !taken.insert(name).inserted
                }
                return TableColumn(name, .number, isOptional: true)
            }
    }

    /// Points of one metric as rows of the long form.
    package static func rows(_ points: MetricHistory, of metric: String, in session: String) -> TableBatch {
        let isEpochs = points.axis == .epoch
        return TableBatch(
            rowCount: points.values.count,
            [
                .text(session), .text(metric), .text(isEpochs ? "epoch" : "step"),
                .integers(points.attempts.map(Int64.init)), .integers(points.steps),
                isEpochs ? .integers(points.epochs) : .absent, .integers(points.times), .numbers(points.values),
            ])
    }

    /// The points that `batch`, rows of the long form with the same metric and axis, holds.
    ///
    /// - Throws: `malformed` for other rows.
    package static func points(
        in batch: TableBatch
    ) throws(ExportError) -> (session: String, metric: String, points: MetricHistory) {
        guard batch.columns.count == longColumns.count, case .text(let session) = batch.columns[0],
            case .text(let metric) = batch.columns[1], case .text(let axis) = batch.columns[2],
            case .integers(let attempts, _) = batch.columns[3], case .integers(let steps, _) = batch.columns[4],
            case .integers(let times, _) = batch.columns[6], case .numbers(let values, _) = batch.columns[7]
        else { throw ExportError(.malformed, "The rows are not points of one metric.") }
        var points = MetricHistory(axis: axis == "epoch" ? .epoch : .step)
        if case .integers(let epochs, _) = batch.columns[5] { points.epochs = epochs }
        points.attempts = attempts.map { UInt32(truncatingIfNeeded: $0) }
        points.steps = steps
        points.times = times
        points.values = values
        points.pointCount = values.count
        guard points.axis == .step || points.epochs.count == values.count else {
            throw ExportError(.malformed, "There are points by epoch without an epoch.")
        }
        return (session, metric, points)
    }
}

package import API
package import Tracking

/// Metrics as tables.
package enum MetricPresentation {
    /// One row an epoch, one column a metric in the order they first appear; `only` these when it is not empty.
    package static func epochs(
        _ records: [EpochRecord], only: [String], clock: (Timestamp) -> String
    ) -> TextTable {
        var names = only
        if only.isEmpty {
            for record in records {
                for metric in record.metrics where !names.contains(metric.name) { names.append(metric.name) }
            }
        }
        var table = TextTable(
            [.init("EPOCH", isNumeric: true)]
                + names.map { .init($0, isNumeric: true, mayShrink: true, isOptional: true) }
                + [.init("TIME")])
        for record in records {
            let values = names.map { name in record.metrics[name].map(HumanFormat.number) ?? "-" }
            table.add(["\(record.epoch)"] + values + [clock(record.timestamp)])
        }
        return table
    }

    /// One row a metric: its points by step.
    package static func steps(_ list: MetricNameList) -> TextTable {
        var table = TextTable([
            .init("METRIC", mayShrink: true), .init("POINTS", isNumeric: true), .init("STEP", isNumeric: true),
            .init("LAST", isNumeric: true), .init("MIN", isNumeric: true), .init("MAX", isNumeric: true),
        ])
        for metric in list.metrics {
            guard let steps = metric.steps ?? metric.epochs else { continue }
            table.add([
                metric.name, "\(steps.count)", "\(steps.last)", HumanFormat.number(steps.lastValue),
                steps.minimum.map(HumanFormat.number) ?? "-", steps.maximum.map(HumanFormat.number) ?? "-",
            ])
        }
        return table
    }

    /// One row a point.
    package static func history(
        _ history: MetricHistoryInfo, clock: (Timestamp) -> String
    ) -> TextTable {
        var table = TextTable([
            .init(history.axis == "epoch" ? "EPOCH" : "STEP", isNumeric: true),
            .init(history.metricName ?? "", isNumeric: true),
            .init("TIME"),
        ])
        for index in history.values.indices {
            table.add([
                "\(history.places[index])", HumanFormat.number(history.values[index]),
                clock(history.timestamps[index]),
            ])
        }
        return table
    }

    /// The values as a line of blocks of at most `columns` columns, each as high as the mean of its share of them;
    /// values that are not finite are left out.
    package static func sparkline(_ values: [Double], columns: Int) -> String {
        let finite = values.filter(\.isFinite)
        guard finite.count > 1, columns > 0, let low = finite.min(), let high = finite.max() else { return "" }
        let blocks = Array("▁▂▃▄▅▆▇█")
        let count = min(columns, finite.count)
        return String(
            (0..<count).map { column in
                let share = finite[column * finite.count / count..<(column + 1) * finite.count / count]
                let mean = share.reduce(0) { $0 + $1 / Double(share.count) }
                let height = high > low ? (mean - low) / (high - low) : 0.5
                return blocks[min(7, max(0, Int(height * 8)))]
            })
    }
}

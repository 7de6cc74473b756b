/// All that a session recorded of one metric, in a few numbers: by epoch and by step. What later attempts superseded does
/// not count.
package struct MetricSummary: Sendable, Equatable {
    /// A value and where it stands.
    package struct Point: Sendable, Equatable {
        /// The epoch or the step.
        package var place: Int64
        /// Microseconds since 1970.
        package var time: Int64
        package var value: Double

        package init(place: Int64, time: Int64, value: Double) {
            self.place = place
            self.time = time
            self.value = value
        }
    }

    /// The points on one axis.
    package struct Axis: Sendable, Equatable {
        package var count: UInt64 = 0
        package var nanCount: UInt64 = 0
        package var infinityCount: UInt64 = 0
        /// The points with the smallest and the greatest place; of several there, the earliest and the latest.
        package var first: Point?
        package var last: Point?
        /// The earliest points with the smallest and the greatest finite value.
        package var minimum: Point?
        package var maximum: Point?

        package init() {}

        /// Adds a point that came after all others.
        package mutating func add(_ point: Point) {
            count += 1
            extend(to: point)
            compare(point)
            if point.value.isNaN { nanCount += 1 } else if point.value.isInfinite { infinityCount += 1 }
        }

        /// Makes the point the first or the last if it is.
        private mutating func extend(to point: Point) {
            if first.map({ (point.place, point.time) < ($0.place, $0.time) }) ?? true { first = point }
            if last.map({ (point.place, point.time) >= ($0.place, $0.time) }) ?? true { last = point }
        }

        /// Makes the point the smallest or the greatest if it is.
        private mutating func compare(_ point: Point) {
            guard point.value.isFinite else { return }
            if minimum.map({ point.value < $0.value }) ?? true { minimum = point }
            if maximum.map({ point.value > $0.value }) ?? true { maximum = point }
        }
    }

    /// The numbers of a summary that filters, orders and columns name, as `metrics.NAME.max`.
    package enum Statistic: String, CaseIterable, Sendable {
        case first, last, min, max, best, count
    }

    package var name: String
    package var epochs = Axis()
    package var steps = Axis()

    package init(name: String) { self.name = name }

    /// The points by epoch when there are any, else those by step.
    package var axis: Axis { epochs.count > 0 ? epochs : steps }

    /// The value that lists show: of the last epoch with the metric, or else of the last step.
    package var latest: Point? { epochs.count > 0 ? epochs.last : steps.last }

    /// The number that `statistic` names; nil when the metric has none.
    ///
    /// - Parameter isMaximized: Whether the best value is the greatest; nil to go by the metric's name.
    package func value(_ statistic: Statistic, isMaximized: Bool? = nil) -> Double? {
        switch statistic {
        case .first: axis.first?.value
        case .last: axis.last?.value
        case .min: axis.minimum?.value
        case .max: axis.maximum?.value
        case .best: (isMaximized ?? MetricSummary.isMore(betterFor: name) ? axis.maximum : axis.minimum)?.value
        case .count: Double(axis.count)
        }
    }

    /// False for metrics of which people want little: losses and errors, by what their names contain.
    package static func isMore(betterFor name: String) -> Bool {
        let name = SearchText(name)
        return !partsOfLesserNames.contains { name.contains($0) }
    }

    private static let partsOfLesserNames = [
        "loss", "err", "mae", "mse", "perplexity", "ppl", "wer", "distance", "time",
    ].map { SearchText($0) }
}

extension MetricSummary {
    /// The metric and the statistic that a text such as `val_loss.min` may name; nil without a statistic.
    package static func statistic(in text: String) -> (name: String, statistic: Statistic)? {
        guard let dot = text.lastIndex(of: "."),
            let statistic = Statistic(rawValue: String(text[text.index(after: dot)...]))
        else { return nil }
        return (String(text[..<dot]), statistic)
    }

    /// The metrics that `text` may name.
    package static func names(in text: String) -> Set<String> {
        guard let (name, _) = statistic(in: text) else { return [text] }
        return [text, name]
    }
}

extension SessionDocument {
    /// The number that `text`, a metric's name perhaps with a statistic, stands for: a metric of that whole name comes
    /// first, its latest value. A metric that was only told at the completion has no summary.
    package func metric(_ text: String, _ summaries: [String: MetricSummary]) -> Double? {
        if let latest = summaries[text]?.latest { return latest.value }
        if let final = finalMetrics.last(where: { $0.name == text }) { return final.value }
        guard let (name, statistic) = MetricSummary.statistic(in: text), let summary = summaries[name] else {
            return nil
        }
        return summary.value(statistic, isMaximized: name == monitor ? monitorMaximum : nil)
    }
}

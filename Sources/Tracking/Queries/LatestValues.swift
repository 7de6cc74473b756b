/// The last word of a session's metrics.
package struct LatestValues: Sendable {
    /// The latest value of each metric: of its last epoch, or else of its last step.
    package var values: [(name: String, value: Double)] = []
    /// The greatest step of a point; 0 when there is none.
    package var step: Int64 = 0

    package init() {}

    package init(_ summaries: [MetricSummary]) {
        values.reserveCapacity(summaries.count)
        // By their places, since a summary is large.
        for index in summaries.indices {
            if let point = summaries[index].latest { values.append((summaries[index].name, point.value)) }
            step = max(step, summaries[index].steps.last?.place ?? 0)
        }
    }
}

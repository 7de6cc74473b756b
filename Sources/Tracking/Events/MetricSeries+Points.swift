extension MetricSeries {
    /// The points, in columns of equal length; a time that was not given is `time`, that of the record.
    package func points(at time: Timestamp) -> (steps: [Int64], times: [Int64], values: [Double]) {
        // Reports are checked before they are recorded; of columns that differ in length the common part counts.
        let count = min(stepDeltas.count, values.count)
        let times =
            timeDeltas.count >= count
            ? Self.sums(of: timeDeltas, count: count) : [Int64](repeating: time.rawValue, count: count)
        return (Self.sums(of: stepDeltas, count: count), times, Array(values.prefix(count)))
    }

    /// The running sums of the first `count` differences.
    private static func sums(of deltas: [Int64], count: Int) -> [Int64] {
        var sum: Int64 = 0
        return deltas.prefix(count).map { delta in
            sum &+= delta
            return sum
        }
    }
}

/// A number that tells how the numbers of a group lie: those of its series at one place, or those of its sessions.
package enum SeriesStatistic: String, CaseIterable, Sendable {
    case mean
    /// The standard deviation of a sample, by n − 1; NaN of a single number.
    case std
    case min, max, median
    /// The number of series or sessions that have a finite value.
    case count

    /// The statistic of `values`, which are finite, in order and at least one.
    package func of(_ values: [Double]) -> Double {
        let mean = values.reduce(0, +) / Double(values.count)
        switch self {
        case .mean: return mean
        case .std:
            guard values.count > 1 else { return .nan }
            let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
            return (squares / Double(values.count - 1)).squareRoot()
        case .min: return values[0]
        case .max: return values[values.count - 1]
        case .median:
            let middle = values.count / 2
            return values.count % 2 == 1 ? values[middle] : values[middle - 1] / 2 + values[middle] / 2
        case .count: return Double(values.count)
        }
    }
}

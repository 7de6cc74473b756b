import Application
import Tracking

/// A column of the points that are written.
enum HistoryColumn: Equatable, Sendable {
    case epochs, steps, values, smoothedValues, times, relativeTimes, attempts
    /// Where the buckets of a band begin.
    case places
    case statistic(Int, SeriesStatistic)

    /// Its name where it is a list.
    var plural: String {
        switch self {
        case .epochs: "epochs"
        case .steps: "steps"
        case .values: "values"
        case .smoothedValues: "smoothed_values"
        case .times: "times"
        case .relativeTimes: "relative_times"
        case .attempts: "attempts"
        case .places: "places"
        case .statistic(_, let statistic): statistic.rawValue
        }
    }

    /// Its name where each point has one value of it.
    var singular: String {
        switch self {
        case .epochs: "epoch"
        case .steps: "step"
        case .values: "value"
        case .smoothedValues: "smoothed_value"
        case .times: "time"
        case .relativeTimes: "relative_time"
        case .attempts: "attempt"
        case .places: "place"
        case .statistic(_, let statistic): statistic.rawValue
        }
    }

    /// The columns of points that it is made of.
    var points: PointColumns {
        switch self {
        case .steps: .steps
        case .values: .values
        case .times, .relativeTimes: .times
        case .attempts: .attempts
        case .epochs, .smoothedValues, .places, .statistic: .all
        }
    }

    /// True when its values are whole numbers.
    var isInteger: Bool {
        switch self {
        case .epochs, .steps, .attempts, .statistic(_, .count): true
        default: false
        }
    }
}

/// The values of a column.
enum ColumnValues: Sendable {
    case integers([Int64])
    case numbers([Double])
    /// Microseconds, which are written as seconds.
    case microseconds([Int64])

    var count: Int {
        switch self {
        case .integers(let values), .microseconds(let values): values.count
        case .numbers(let values): values.count
        }
    }
}

import JSON
package import Tracking

/// Step metrics, as points or as columns.
///
/// The busiest request of all: servers read it in one pass without this table, which says what the contract allows and
/// writes it in clients.
package struct MetricsReport: Document, Equatable {
    package static let name = "MetricsReport"

    /// The largest step: JSON numbers are exact up to here.
    package static let maximumStep: Int64 = 9_007_199_254_740_991

    package var commandID: String?
    package var attempt: UInt32 = 0
    /// Either points or series.
    package var points: [Point]?
    package var series: [Series]?

    package init() {}

    package static let fields: [Field<MetricsReport>] = [
        Field("command_id", \.commandID, .commandID), Field("attempt", \.attempt, .counted),
        Field("points", \.points, .count(1...Int.max)),
        Field("series", \.series, .count(1...Int.max)),
    ]

    package struct Point: Document, Equatable {
        package static let name = "MetricsReportPoint"

        package var name = ""
        package var step: Int64 = 0
        package var value = 0.0
        package var time: Timestamp?

        package init() {}

        package static let fields: [Field<Point>] = [
            Field("name", \.name, .metricName), Field("step", \.step, .step), Field("value", \.value, .metric),
            Field("time", \.time),
        ]
    }

    /// Columns of equal length.
    package struct Series: Document, Equatable {
        package static let name = "MetricsReportSeries"

        package var name = ""
        package var steps: [Int64] = []
        package var values: [Double] = []
        package var times: [Timestamp]?

        package init() {}

        package static let fields: [Field<Series>] = [
            Field("name", \.name, .metricName), Field("steps", \.steps, .count(1...Int.max, of: .step)),
            Field("values", \.values, .count(1...Int.max, of: .metric)),
            Field("times", \.times, .count(1...Int.max)),
        ]
    }
}
